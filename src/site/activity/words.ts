import type { Activity, ActivityEvent, Participant } from '../../domain/activity/event.ts';
import type { ActivityKind } from '../../domain/activity/groups.ts';
import type { Language } from '../../domain/regions.ts';
import { createFormatsByLocale, type Formats } from '../../i18n/formats.ts';
import type { TextValues, Messages, Translator } from '../../i18n/translator.ts';
import { bind } from '../../platform/bind.ts';
import { dayAndTimeOf } from './days.ts';
import { activityDetails, type DetailsDependencies, type Wording } from './details.ts';
import { lookOf, type Look } from './look.ts';

/** An entry in one language. */
export interface WordedEntry extends Look {
  readonly place: number;
  /** Epoch ms. */
  readonly at: number;
  readonly address: string | null;
  /** Who did what to whom, as a whole sentence. */
  readonly sentence: Wording;
  /** What changed, why it was refused, until when it holds. */
  readonly details: readonly Wording[];
}

export type ActivityWords = ReturnType<typeof activityWords>;

export type WordsFor = (language: Language) => ActivityWords;

/** Words for what was recorded, in every language. @param clock epoch ms */
export function createActivityWords(translator: Translator, clock: () => number): WordsFor {
  const formatsOf = createFormatsByLocale(clock);
  const created = new Map<Language, ActivityWords>();
  return (language) => {
    const known = created.get(language);
    if (known !== undefined) return known;
    const messages = translator(language);
    const words = activityWords(messages, formatsOf(messages.settings.locale));
    created.set(language, words);
    return words;
  };
}

function activityWords({ t, language, languageName, settings }: Messages, format: Formats) {
  const deps = { t, language, languageName, format, nameOf: nameIn.bind(null, t) };
  return { ...bind(deps, { entry, columns, row }), delimiter: settings.listDelimiter };
}

const nameIn = (t: Messages['t'], { name, pseudonym }: Participant): string =>
  name ?? t('activity:erased', { pseudonym: pseudonym ?? '' });

function entry(deps: DetailsDependencies, activity: Activity): WordedEntry {
  const { event, place, at, address } = activity;
  return {
    place,
    at,
    address,
    sentence: sentenceOf(deps, activity),
    details: activityDetails(deps, activity),
    ...lookOf(event.kind),
  };
}

/** @returns the headings of a table's columns */
function columns({ t, format }: DetailsDependencies): string[] {
  return columnNames.map((column) => t(`activity:column.${column}`, { zone: format.zone() }));
}

/** @returns an entry as one row of a table */
function row(deps: DetailsDependencies, activity: Activity, requestId: string): string[] {
  const plain = ({ key, values }: Wording): string => deps.t(key, values);
  return [
    String(activity.place),
    dayAndTimeOf(activity.at),
    labelOf(deps, activity),
    plain(sentenceOf(deps, activity)),
    actorOf(deps, activity),
    targetOf(deps, activity),
    activityDetails(deps, activity).map(plain).join(' · '),
    activity.address ?? '',
    requestId,
  ];
}

function sentenceOf(deps: DetailsDependencies, activity: Activity): Wording {
  const variant = variantOf(activity);
  const key = `activity:sentence.${flat(activity.event.kind)}`;
  return { key: variant === null ? key : `${key}.${variant}`, values: valuesOf(deps, activity) };
}

function valuesOf(deps: DetailsDependencies, activity: Activity): TextValues {
  const { t } = deps;
  const { event } = activity;
  const names = { actor: actorOf(deps, activity), target: targetOf(deps, activity) };
  if (event.kind === 'refused') return { ...names, action: t(`activity:action.${flat(event.action)}`) };
  if ('approval' in event) return { ...names, act: t(`approvals:act.${event.act}`) };
  if ('region' in event) return { ...names, region: event.region };
  if (event.kind === 'activity.exported') return { ...names, format: t(`activity:format.${event.format}`) };
  if (event.kind === 'activity.trimmed') return { place: event.place };
  return names;
}

function actorOf({ t, nameOf }: DetailsDependencies, { actor, principal, event, support }: Activity): string {
  if (actor !== null) return support ? t('activity:supporter', { name: nameOf(actor) }) : nameOf(actor);
  if (principal?.kind === 'job' && !strangers.has(event.kind)) return t('activity:portal');
  return strangers.has(event.kind) ? '' : t('activity:operator');
}

const targetOf = ({ nameOf }: DetailsDependencies, { target }: Activity): string =>
  target === null ? '' : nameOf(target);

const labelOf = ({ t }: DetailsDependencies, { event }: Activity): string =>
  event.kind === 'signIn.failed' ? t(`activity:signInFailed.${event.because}`) : t(`activity:kind.${flat(event.kind)}`);

const columnNames = ['place', 'time', 'event', 'sentence', 'actor', 'target', 'details', 'address', 'request'] as const;

const strangers: ReadonlySet<ActivityKind> = new Set<ActivityKind>([
  'signIn.failed',
  'signIn.throttled',
  'signIn.codeAsked',
  'recovery.linkMailed',
]);

/** A name as keys of the locale files have it: a dot in them leads into a group. */
const flat = (name: string): string => name.replace('.', '_');

const aboutSomebody: ReadonlySet<ActivityKind> = new Set<ActivityKind>([
  'refused',
  'approval.asked',
  'approval.withdrawn',
  'approval.done',
]);

/** Which of several sentences a kind has. */
function variantOf({ event, actor, target }: Activity): string | null {
  switch (event.kind) {
    case 'signIn.failed':
      return event.because;
    case 'sessions.ended':
      return event.which;
    case 'password.changed':
      return event.forced ? 'forced' : 'chosen';
    case 'user.edited':
    case 'secondFactor.removed':
      return whose({ actor, target });
    case 'tenant.listingChanged':
      return event.listed ? 'listed' : 'unlisted';
    case 'activity.exported':
      return event.filters.length === 0 ? 'whole' : 'part';
    default:
      if (aboutSomebody.has(event.kind)) return target === null ? 'alone' : 'concerning';
      return wayIn(event);
  }
}

const whose = ({ actor, target }: Pick<Activity, 'actor' | 'target'>): string =>
  actor !== null && actor.id === target?.id ? 'own' : 'another';

function wayIn(event: ActivityEvent): string | null {
  if (event.kind === 'link.opened') return event.purpose;
  return event.kind === 'password.issued' || event.kind === 'users.passwordsIssued' ? (event.by ?? 'shown') : null;
}

import type { Activity, ActivityEvent, Participant } from '../../domain/activity/event.ts';
import type { ActivityKind } from '../../domain/activity/groups.ts';
import type { Language } from '../../domain/regions.ts';
import { createFormatsByLocale, type Formats } from '../../i18n/formats.ts';
import type { TextValues, Messages, Translator } from '../../i18n/translator.ts';
import { bind } from '../../platform/bind.ts';
import { localDateTimeOf } from './local-dates.ts';
import { entryDetails, type DetailsDependencies, type EntryText } from './entry-details.ts';
import { entryStyleOf, type EntryStyle } from './entry-style.ts';

/** A log entry in one language, as a page shows it. */
export interface DisplayEntry extends EntryStyle {
  readonly place: number;
  /** When the event happened, in epoch milliseconds. */
  readonly at: number;
  readonly address: string | null;
  /** The sentence that describes the event, with actor and target. */
  readonly sentence: EntryText;
  /** Further details, such as changed values, the reason for a refusal, or the expiry. */
  readonly details: readonly EntryText[];
}

export type ActivityTexts = ReturnType<typeof activityTextsIn>;

export type ActivityTextsFor = (language: Language) => ActivityTexts;

/**
 * Creates a function that returns the renderer of log entries for a language.
 * @param clock returns the current time in epoch milliseconds
 */
export function createActivityTexts(translator: Translator, clock: () => number): ActivityTextsFor {
  const formatsOf = createFormatsByLocale(clock);
  const created = new Map<Language, ActivityTexts>();
  return (language) => {
    const known = created.get(language);
    if (known !== undefined) return known;
    const messages = translator(language);
    const texts = activityTextsIn(messages, formatsOf(messages.settings.locale));
    created.set(language, texts);
    return texts;
  };
}

function activityTextsIn({ t, language, languageName, settings }: Messages, format: Formats) {
  const deps = { t, language, languageName, format, nameOf: nameIn.bind(null, t) };
  return { ...bind(deps, { entry, columns, row }), delimiter: settings.listDelimiter };
}

const nameIn = (t: Messages['t'], { name, pseudonym }: Participant): string =>
  name ?? t('activity:erased', { pseudonym: pseudonym ?? '' });

function entry(deps: DetailsDependencies, activity: Activity): DisplayEntry {
  const { event, place, at, address } = activity;
  return {
    place,
    at,
    address,
    sentence: sentenceOf(deps, activity),
    details: entryDetails(deps, activity),
    ...entryStyleOf(event.kind),
  };
}

/** @returns the column headings of the CSV export */
function columns({ t, format }: DetailsDependencies): string[] {
  return columnNames.map((column) => t(`activity:column.${column}`, { zone: format.zone() }));
}

/** @returns an entry as a row of the CSV export */
function row(deps: DetailsDependencies, activity: Activity, requestId: string): string[] {
  const translate = ({ key, values }: EntryText): string => deps.t(key, values);
  return [
    String(activity.place),
    localDateTimeOf(activity.at),
    labelOf(deps, activity),
    translate(sentenceOf(deps, activity)),
    actorOf(deps, activity),
    targetOf(deps, activity),
    entryDetails(deps, activity).map(translate).join(' · '),
    activity.address ?? '',
    requestId,
  ];
}

function sentenceOf(deps: DetailsDependencies, activity: Activity): EntryText {
  const variant = variantOf(activity);
  const key = `activity:sentence.${keySegment(activity.event.kind)}`;
  return { key: variant === null ? key : `${key}.${variant}`, values: valuesOf(deps, activity) };
}

function valuesOf(deps: DetailsDependencies, activity: Activity): TextValues {
  const { t } = deps;
  const { event } = activity;
  const names = { actor: actorOf(deps, activity), target: targetOf(deps, activity) };
  if (event.kind === 'refused') return { ...names, action: t(`activity:action.${keySegment(event.action)}`) };
  if ('approval' in event) return { ...names, act: t(`approvals:act.${event.act}`) };
  if ('region' in event) return { ...names, region: event.region };
  if (event.kind === 'activity.exported') return { ...names, format: t(`activity:format.${event.format}`) };
  if (event.kind === 'activity.trimmed') return { place: event.place };
  return names;
}

function actorOf({ t, nameOf }: DetailsDependencies, { actor, principal, event, support }: Activity): string {
  if (actor !== null) return support ? t('activity:supporter', { name: nameOf(actor) }) : nameOf(actor);
  if (principal?.kind === 'job' && !unauthenticatedKinds.has(event.kind)) return t('activity:portal');
  return unauthenticatedKinds.has(event.kind) ? '' : t('activity:operator');
}

const targetOf = ({ nameOf }: DetailsDependencies, { target }: Activity): string =>
  target === null ? '' : nameOf(target);

const labelOf = ({ t }: DetailsDependencies, { event }: Activity): string =>
  event.kind === 'signIn.failed'
    ? t(`activity:signInFailed.${event.because}`)
    : t(`activity:kind.${keySegment(event.kind)}`);

const columnNames = ['place', 'time', 'event', 'sentence', 'actor', 'target', 'details', 'address', 'request'] as const;

const unauthenticatedKinds: ReadonlySet<ActivityKind> = new Set<ActivityKind>([
  'signIn.failed',
  'signIn.throttled',
  'signIn.codeAsked',
  'recovery.linkMailed',
  'signIn.linkMailed',
]);

/** Replaces the dot in the name of an event or action, because dots separate the segments of a locale key. */
const keySegment = (name: string): string => name.replace('.', '_');

const optionallyTargeted: ReadonlySet<ActivityKind> = new Set<ActivityKind>([
  'refused',
  'approval.asked',
  'approval.withdrawn',
  'approval.done',
]);

/** @returns the variant of the sentence that describes the event; null if its kind has only one sentence */
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
      return selfOrOther({ actor, target });
    case 'tenant.listingChanged':
      return event.listed ? 'listed' : 'unlisted';
    case 'activity.exported':
      return event.filters.length === 0 ? 'whole' : 'part';
    default:
      if (optionallyTargeted.has(event.kind)) return target === null ? 'alone' : 'concerning';
      return handoverVariant(event);
  }
}

const selfOrOther = ({ actor, target }: Pick<Activity, 'actor' | 'target'>): string =>
  actor !== null && actor.id === target?.id ? 'own' : 'another';

function handoverVariant(event: ActivityEvent): string | null {
  if (event.kind === 'link.opened') return event.purpose;
  return event.kind === 'password.issued' || event.kind === 'users.passwordsIssued' ? (event.by ?? 'shown') : null;
}

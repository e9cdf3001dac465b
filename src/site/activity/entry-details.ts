import type { Activity, ActivityEvent, LogFilterName, Participant, RuleChange } from '../../domain/activity/event.ts';
import { approvalReference } from '../../domain/approvals.ts';
import type { Formats } from '../../i18n/formats.ts';
import type { TextValues, Messages } from '../../i18n/translator.ts';
import type { Change } from '../../domain/people/user.ts';

/**
 * A locale key with its values. The values are not interpolated yet because pages isolate each one for bidirectional
 * text, while files do not.
 */
export interface EntryText {
  readonly key: string;
  readonly values: TextValues;
}

export interface DetailsDependencies extends Pick<Messages, 't' | 'language' | 'languageName'> {
  readonly format: Formats;
  readonly nameOf: (person: Participant) => string;
}

/**
 * @returns the details that the event's sentence omits, such as old and new values, the reason for a denial, or the
 * expiry
 */
export function entryDetails(deps: DetailsDependencies, activity: Activity): EntryText[] {
  const { event, support } = activity;
  return [
    ...(support ? [{ key: 'activity:detail.support', values: { name: deps.nameOf(support.grantedBy) } }] : []),
    ...('approval' in event ? approvalDetails(event) : eventDetails(deps, event)),
    ...reasonDetails(event),
  ];
}

function eventDetails(deps: DetailsDependencies, event: Exclude<ActivityEvent, { approval: string }>): EntryText[] {
  switch (event.kind) {
    case 'user.edited':
      return event.changes.map((change) => changeDetail(deps, change));
    case 'password.reset':
    case 'password.issued':
    case 'recovery.linkMailed':
    case 'signIn.linkMailed':
      return [{ key: expiryKeyOf(event), values: { date: deps.format.dateTime(event.expiresAt) } }];
    case 'users.imported': {
      const { added, changed, unchanged, refused } = event;
      return [{ key: 'activity:detail.counts', values: { added, changed, unchanged, refused } }];
    }
    case 'secondFactor.recoveryUsed':
      return [{ key: 'activity:detail.recoveryCodesLeft', values: { count: event.left } }];
    case 'users.passwordsIssued':
      return [issuedDetail(event)];
    case 'tenant.rulesChanged':
      return event.rules.map((change) => ruleDetail(deps, change));
    case 'tenant.moving':
    case 'tenant.movedIn':
      return [{ key: `activity:detail.movedPasswords.${event.passwords}`, values: {} }];
    case 'refused':
      return [{ key: `policy:${event.because}.title`, values: {} }];
    case 'activity.exported':
      return filterDetails(deps, event.filters);
    case 'support.granted':
      return supportDetails(deps, event);
    default:
      return [];
  }
}

function changeDetail(deps: DetailsDependencies, { field, from, to }: Change): EntryText {
  const label = deps.t(`common:terms.${field}`);
  // Names are never empty, so two null values mean that the names have been erased.
  if (field !== 'language' && from === null && to === null)
    return { key: 'activity:detail.erased', values: { field: label } };
  const values = { field: label, from: fieldValue(deps, field, from), to: fieldValue(deps, field, to) };
  return { key: 'activity:detail.change', values };
}

function fieldValue({ t, languageName }: DetailsDependencies, field: Change['field'], value: string | null): string {
  if (field === 'administratorLevel') return t(`roles:administrator.${String(value)}`);
  if (field === 'agentLevel') return t(`roles:agent.${String(value)}`);
  if (field === 'language') return value === null ? t('users:languageOfTenant') : languageName(value);
  return value === null || value === '' ? t('activity:empty') : value;
}

function ruleDetail(deps: DetailsDependencies, { rule, from, to }: RuleChange): EntryText {
  const label = deps.t(`account-settings:rules.label.${rule}`);
  const values = { rule: label, from: ruleValue(deps, rule, from), to: ruleValue(deps, rule, to) };
  return { key: 'activity:detail.rule', values };
}

function ruleValue({ t }: DetailsDependencies, rule: RuleChange['rule'], value: RuleChange['to']): string {
  if (value === null) return t('activity:detail.asRegion');
  return typeof value === 'number'
    ? t(`account-settings:rules.value.${rule}`, { count: value })
    : t(`account-settings:rules.choice.${rule}.${value}`);
}

function filterDetails({ t, language }: DetailsDependencies, names: readonly LogFilterName[]): EntryText[] {
  if (names.length === 0) return [];
  const filters = new Intl.ListFormat(language).format(names.map((name) => t(`activity:filter.${name}`)));
  return [{ key: 'activity:detail.filters', values: { filters } }];
}

function supportDetails(
  { t, format }: DetailsDependencies,
  { level, endsAt, purpose }: Extract<ActivityEvent, { kind: 'support.granted' }>,
): EntryText[] {
  const values = { level: t(`support:level.${level}.name`), date: format.dateTime(endsAt) };
  return [
    { key: 'activity:detail.purpose', values: { purpose: purpose ?? t('activity:empty') } },
    { key: 'activity:detail.granted', values },
  ];
}

function approvalDetails(event: Extract<ActivityEvent, { approval: string }>): EntryText[] {
  const said = 'said' in event ? statementOf(event.said) : [];
  const lapsed = event.kind === 'approval.lapsed' ? [{ key: `approvals:lapsedBy.${event.by}`, values: {} }] : [];
  const many = event.count > 1 ? [{ key: 'approvals:people', values: { count: event.count } }] : [];
  return [
    ...many,
    ...said,
    ...lapsed,
    { key: 'approvals:reference', values: { reference: approvalReference(event.approval) } },
  ];
}

const reasonDetails = (event: ActivityEvent): EntryText[] => {
  if (!('reason' in event) || event.reason === undefined) return [];
  const { reason } = event;
  return reason === null
    ? [{ key: 'activity:detail.reasonErased', values: {} }]
    : [{ key: 'activity:detail.reason', values: { reason } }];
};

function statementOf(said: string | null): EntryText[] {
  if (said === '') return [];
  return [said === null ? { key: 'approvals:saidErased', values: {} } : { key: 'approvals:said', values: { said } }];
}

const issuedDetail = ({ by, count }: Extract<ActivityEvent, { kind: 'users.passwordsIssued' }>): EntryText => ({
  key: by ? 'activity:detail.issuedLinks' : 'activity:detail.issued',
  values: { count },
});

type Expiring = Extract<ActivityEvent, { expiresAt: number; kind: `password.${string}` | `${string}.linkMailed` }>;

function expiryKeyOf(event: Expiring): string {
  const by = event.kind === 'password.reset' || event.kind === 'password.issued' ? event.by : 'mailedLink';
  return by === undefined ? 'activity:detail.expires' : `activity:detail.expiresBy.${by}`;
}

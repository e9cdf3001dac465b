import { createThrottle } from '../core/accounts/index.ts';
import { createErasure } from '../core/personal-data/index.ts';
import { retentionSteps, type Shortening, type StepsFor } from '../core/retention/index.ts';
import { createTransport } from '../platform/mail-transport.ts';
import type { CommandContext } from './context.ts';

const kindLabels: Readonly<Record<string, string>> = {
  erasedUsers: 'deleted users past their restore window',
  trimmedEntries: 'activity log entries past their retention period',
  unknownUserEntries: 'log entries about unknown user names',
  sessionData: 'session data',
  sessions: 'sessions',
  throttles: 'throttles',
  oneTimeLinks: 'one-time links',
  approvals: 'ended approval requests',
  imports: 'staged imports',
};

export const kindLabel = (kind: string): string => kindLabels[kind] ?? kind;

/** @returns the steps that delete data whose retention period has ended, for an operator's command */
export const stepsForCommand =
  ({ config, database, tenants }: CommandContext): StepsFor =>
  (rules) => {
    const { operatorScope: scopeOf } = tenants;
    const erasure = createErasure({
      database,
      rules,
      scopeOf,
      clock: Date.now,
      throttle: createThrottle(database, rules, Date.now),
      transport: config.mail === null ? null : createTransport(config.mail),
    });
    return retentionSteps({ database, rules, scopeOf, erasure });
  };

/** @returns a sentence for each period that the rules shorten, and a sentence with the counts of rows to delete */
export function shorteningLines({ periods, due }: Shortening): string[] {
  const counts = Object.entries(due).map(([kind, count]) => `${kindLabel(kind)}: ${count}`);
  return [
    ...periods.map(
      ({ rule, from, to }) =>
        `The rules shorten ${rule} from ${from} to ${to} days, which is not applied until you confirm it.`,
    ),
    counts.length === 0
      ? 'The shorter periods would delete nothing now.'
      : `They would also delete ${counts.join(', ')}.`,
  ];
}

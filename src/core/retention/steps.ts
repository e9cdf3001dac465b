import type { Database } from '../../platform/database/database.ts';
import { countExpired, purge } from './expired.store.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { trimLogs } from '../activity/index.ts';
import type { Erasure } from '../personal-data/index.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import type { RetentionStep } from '../../platform/retention-step.ts';

/** @returns everything that the portal deletes by time: deleted users, the activity log, and what has expired */
export function retentionSteps(parts: {
  database: Database;
  rules: RegionRules;
  scopeOf: (tenant: ScopeTenant) => Scope;
  erasure: Pick<Erasure, 'purge'>;
}): readonly RetentionStep[] {
  const { database, rules, scopeOf, erasure } = parts;
  return [
    erasure.purge,
    trimLogs({ database, rules, scopeOf }),
    // Without a limit: none of it is valid any more, and none of it would be missed.
    {
      countDue: (now) => countExpired(database, rules, now),
      purge: (now, stopping, tally) => purge(database, rules, now, { stopping, tally }),
    },
  ];
}

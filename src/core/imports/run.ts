import type { Logger } from 'pino';
import type { PlannedRow, AbortReason } from '../../domain/imports.ts';
import { effectiveRules } from '../../domain/tenant-rules.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import { decide, leavesAGlobalAdmin, type Decision } from './decide.ts';
import type { WantedImport } from './run.store.ts';
import { writeAll, writeStop } from './write.ts';
import * as importRunsStore from './run.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { job, person } from '../../domain/principal.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

interface RunParts {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
  readonly clock: () => number;
  readonly log: Logger;
}

async function apply(deps: RunParts, wanted: WantedImport): Promise<void> {
  const { database, rules, clock } = deps;
  const tenant = await tenantsStore.findForOperator(database, wanted.tenantId);
  if (tenant === null) return;
  const { requestId, address } = wanted;
  const own = effectiveRules(rules, tenant.ownRules);
  const outside = createScope({
    rules: own,
    language: tenant.language,
    requestId,
    now: clock(),
    address,
    tenant,
    principal: job('imports'),
  });
  // Read before the lock is taken: they stay as they are while the import is wanted.
  const rows = await Array.fromAsync(importRunsStore.effective(database, wanted.id));
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, outside);
    if (!(await importRunsStore.isWanted(tx, wanted.id))) return;
    const actor = await usersStore.find(tx, outside, wanted.userId);
    await applyWithin(deps, tx, outside, wanted, { actor, rows: rows.flat() });
  });
}

async function applyWithin(
  deps: RunParts,
  tx: Database,
  outside: Scope,
  wanted: WantedImport,
  { actor, rows }: { actor: User | null; rows: readonly PlannedRow[] },
): Promise<void> {
  const { clock, hasher } = deps;
  const at = clock();
  const end = (stoppedBy: AbortReason, decision?: Decision): Promise<void> =>
    writeStop(tx, wanted, { stoppedBy, decision, at });
  const tenant = await tenantsStore.findForOperator(tx, outside.tenant.id);
  if (actor === null || !mayStill(actor, wanted) || tenant?.state !== 'active') return end('rights');
  const scope = createScope({ ...outside, principal: person(actor) });
  const permission = may(scope, 'users.import');
  if (!permission.allowed) {
    const event = { kind: 'refused', action: 'users.import', because: permission.because } as const;
    await activityStore.record(tx, scope, event, null, at);
    return end('rights');
  }
  const decision = await decide(tx, scope, rows, { domains: tenant.domains, now: at });
  if (wanted.mode === 'all' && decision.refused.length > 0) return end('rows', decision);
  if (!leavesAGlobalAdmin(decision, await usersStore.countActiveGlobalAdmins(tx, scope))) return end('lastGlobalAdmin');
  await writeAll(tx, scope, wanted, { decision, at, unusableHash: hasher.decoy });
}

/**
 * Does the imports that are wanted, each in one transaction that also ends it: all of it or nothing, and once,
 * however many nodes try and whenever one of them dies.
 */
export async function importRun(deps: RunParts): Promise<void> {
  const { database, log } = deps;
  for (const wanted of await importRunsStore.listWantedAcrossTenants(database)) {
    await apply(deps, wanted).catch((error: unknown) =>
      log.warn({ err: error }, 'An import was not done, to be tried again'),
    );
  }
}

export const createImportRun = (deps: RunParts) => bind(deps, { importRun }).importRun;

// Whoever was blocked, deleted, or given another password since they asked for it, asks for nothing any more.
const mayStill = ({ state, epoch }: User, { userEpoch }: WantedImport): boolean =>
  state === 'active' && epoch === userEpoch;

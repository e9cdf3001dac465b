import type { Logger } from 'pino';
import type { PlannedRow, AbortReason } from '../../domain/imports.ts';
import { effectiveRules } from '../../domain/tenant-rules.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import { recheckRows, keepsGlobalAdmin, type RecheckedRows } from './recheck-rows.ts';
import type { ConfirmedImport } from './import-job.store.ts';
import { applyImport, abortImport } from './apply-import.ts';
import * as importJobStore from './import-job.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { job, person } from '../../domain/principal.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

interface ImportJobDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
  readonly clock: () => number;
  readonly log: Logger;
}

async function lockAndApply(deps: ImportJobDependencies, confirmed: ConfirmedImport): Promise<void> {
  const { database, rules, clock } = deps;
  const tenant = await tenantsStore.findForOperator(database, confirmed.tenantId);
  if (tenant === null) return;
  const { requestId, address } = confirmed;
  const own = effectiveRules(rules, tenant.ownRules);
  const jobScope = createScope({
    rules: own,
    language: tenant.language,
    requestId,
    now: clock(),
    address,
    tenant,
    principal: job('imports'),
  });
  // Read the rows before taking the lock. They do not change once the import is confirmed.
  const rows = await Array.fromAsync(importJobStore.readRowsToApply(database, confirmed.id));
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, jobScope);
    if (!(await importJobStore.isConfirmed(tx, confirmed.id))) return;
    const actor = await usersStore.find(tx, jobScope, confirmed.userId);
    await recheckAndApply(deps, tx, jobScope, confirmed, { actor, rows: rows.flat() });
  });
}

async function recheckAndApply(
  deps: ImportJobDependencies,
  tx: Database,
  jobScope: Scope,
  confirmed: ConfirmedImport,
  { actor, rows }: { actor: User | null; rows: readonly PlannedRow[] },
): Promise<void> {
  const { clock, hasher } = deps;
  const at = clock();
  const abort = (abortReason: AbortReason, rechecked?: RecheckedRows): Promise<void> =>
    abortImport(tx, confirmed, { abortReason, rechecked, at });
  const tenant = await tenantsStore.findForOperator(tx, jobScope.tenant.id);
  if (actor === null || !isRequesterUnchanged(actor, confirmed) || tenant?.state !== 'active') return abort('rights');
  const scope = createScope({ ...jobScope, principal: person(actor) });
  const verdict = may(scope, 'users.import');
  if (!verdict.allowed) {
    const event = { kind: 'refused', action: 'users.import', because: verdict.because } as const;
    await activityStore.record(tx, scope, event, null, at);
    return abort('rights');
  }
  const rechecked = await recheckRows(tx, scope, rows, { domains: tenant.domains, now: at });
  if (confirmed.mode === 'all' && rechecked.refused.length > 0) return abort('rows', rechecked);
  if (!keepsGlobalAdmin(rechecked, await usersStore.countActiveGlobalAdmins(tx, scope)))
    return abort('lastGlobalAdmin');
  await applyImport(tx, scope, confirmed, { rechecked, at, unusableHash: hasher.decoy });
}

/**
 * Applies the confirmed imports, each in one transaction that also marks it as applied. Each import is therefore
 * applied completely and only once, even if several nodes run this job or one of them is killed.
 */
export async function runImportJob(deps: ImportJobDependencies): Promise<void> {
  const { database, log } = deps;
  for (const confirmed of await importJobStore.listConfirmedAcrossTenants(database)) {
    await lockAndApply(deps, confirmed).catch((error: unknown) =>
      log.warn({ err: error }, 'An import failed and will be retried'),
    );
  }
}

export const createImportJob = (deps: ImportJobDependencies) => bind(deps, { runImportJob }).runImportJob;

// A confirmation is no longer valid if its user has since been blocked or deleted, or has received a new credential.
const isRequesterUnchanged = ({ state, epoch }: User, { userEpoch }: ConfirmedImport): boolean =>
  state === 'active' && epoch === userEpoch;

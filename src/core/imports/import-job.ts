import type { Logger } from 'pino';
import type { AbortReason } from '../../domain/imports.ts';
import { effectiveRules } from '../../domain/tenant-rules.ts';
import { may } from '../../domain/policy.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { ConfirmedImport } from './import-job.store.ts';
import { abortImport, applyImport, recordConflicts, type ImportRun } from './apply-import.ts';
import { ImportAborted } from './import-aborted.ts';
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

async function applyOrAbort(deps: ImportJobDependencies, confirmed: ConfirmedImport): Promise<void> {
  try {
    await runUnderLock(deps, confirmed, applyImport);
  } catch (error) {
    if (!(error instanceof ImportAborted)) throw error;
    // The users are unchanged, because the transaction was rolled back.
    const { reason } = error;
    await runUnderLock(deps, confirmed, (run) =>
      reason === 'rows' ? recordConflicts(run) : abortImport(run, { reason, counts: confirmed.counts }),
    );
  }
}

/**
 * Runs work on a confirmed import in one transaction, under the lock of its tenant. Aborts the import if the user who
 * confirmed it has lost the permission.
 */
async function runUnderLock(
  deps: ImportJobDependencies,
  confirmed: ConfirmedImport,
  work: (run: ImportRun) => Promise<void>,
): Promise<void> {
  const { database, hasher, clock } = deps;
  const jobScope = await scopeOf(deps, confirmed);
  if (jobScope === null) return;
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, jobScope);
    if (!(await importJobStore.lockIfConfirmed(tx, confirmed.id))) return;
    const actor = await usersStore.find(tx, jobScope, confirmed.userId);
    const tenant = await tenantsStore.findForOperator(tx, jobScope.tenant.id);
    const [at, unusableHash, domains] = [clock(), hasher.decoy, tenant?.domains ?? []];
    const run = { tx, scope: jobScope, confirmed, domains, at, unusableHash };
    const abort = (reason: AbortReason): Promise<void> => abortImport(run, { reason, counts: confirmed.counts });
    if (actor === null || !isRequesterUnchanged(actor, confirmed) || tenant?.state !== 'active') return abort('rights');
    const scope = createScope({ ...jobScope, principal: person(actor) });
    const verdict = may(scope, 'users.import');
    if (verdict.allowed) return work({ tx, scope, confirmed, domains, at, unusableHash });
    const event = { kind: 'refused', action: 'users.import', because: verdict.because } as const;
    await activityStore.record(tx, scope, event, null, at);
    return abort('rights');
  });
}

async function scopeOf(
  { database, rules, clock }: ImportJobDependencies,
  confirmed: ConfirmedImport,
): Promise<Scope | null> {
  const tenant = await tenantsStore.findForOperator(database, confirmed.tenantId);
  if (tenant === null) return null;
  const { requestId, address } = confirmed;
  return createScope({
    rules: effectiveRules(rules, tenant.ownRules),
    language: tenant.language,
    requestId,
    now: clock(),
    address,
    tenant,
    principal: job('imports'),
  });
}

/**
 * Applies the confirmed imports, each in one transaction that also marks it as applied. Each import is therefore
 * applied completely and only once, even if several nodes run this job or one of them is killed.
 */
export async function runImportJob(deps: ImportJobDependencies): Promise<void> {
  const { database, log } = deps;
  for (const confirmed of await importJobStore.listConfirmedAcrossTenants(database)) {
    await applyOrAbort(deps, confirmed).catch((error: unknown) =>
      log.warn({ err: error }, 'An import failed and will be retried'),
    );
  }
}

export const createImportJob = (deps: ImportJobDependencies) => bind(deps, { runImportJob }).runImportJob;

// A confirmation is no longer valid if its user has since been blocked or deleted, or has received a new credential.
const isRequesterUnchanged = ({ state, epoch }: User, { userEpoch }: ConfirmedImport): boolean =>
  state === 'active' && epoch === userEpoch;

import type { Approval } from './rows.ts';
import type { LogFilterName } from '../../domain/activity/event.ts';
import type { LogSelection } from '../../domain/approvals.ts';
import { conflict, Failure, notFound } from '../../domain/errors.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import { type LogExports, activityStore } from '../activity/index.ts';
import {
  type RulesFeature,
  removeSecondFactor,
  type Throttle,
  recordExport,
  editAction,
  remove,
  restore,
  performAction,
  type UserAction,
  type ResetResult,
  type Users,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import { lapseOf } from './recheck.ts';
import { eventOf, lapse } from './lapse.ts';
import { targetIdOf, type Approvals } from './approvals.ts';
import { policyActionOf } from '../../domain/approval-actions.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { actingUserId } from '../../domain/principal.ts';

/** What came of it: too late, or done, with what its asker gets of it. */
export type Performed =
  | { readonly outcome: 'late' }
  | { readonly outcome: 'reset'; readonly result: ResetResult }
  | { readonly outcome: 'changed' | 'file'; readonly approval: Approval };

const partNames = { user: 'person', kind: 'kind', from: 'firstDay', to: 'lastDay' } as const;

const namesOfPart = (part: LogSelection): LogFilterName[] =>
  (Object.keys(partNames) as (keyof LogSelection)[]).filter((key) => part[key] !== null).map((key) => partNames[key]);

export type Perform = ReturnType<typeof createPerform>;

export interface PerformParts {
  readonly database: Database;
  readonly approvals: Approvals;
  readonly users: Users;
  readonly logExports: Pick<LogExports, 'record'>;
  readonly rules: RulesFeature;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

/** @returns the request, used up; null where it does not hold (any more) */
async function take(deps: PerformParts, tx: Database, scope: Scope, id: string): Promise<Approval | null> {
  const { clock } = deps;
  const approval = await approvalsStore.find(tx, scope, id);
  if (approval?.state !== 'confirmed' || approval.asker.id !== actingUserId(scope)) return null;
  const at = clock();
  const found = await lapseOf(tx, scope, approval, at);
  // The region may have become stricter since, and does not let the tenant have such rules any more.
  const lapsedBy = found ?? (isPossible(deps, approval) ? null : 'subject');
  if (lapsedBy !== null) await lapse(tx, scope, approval, lapsedBy, at);
  if (lapsedBy !== null) return null;
  if (!(await approvalsStore.move(tx, scope, approval, { state: 'done', endedAt: at }))) return null;
  const event = { kind: 'approval.done', ...eventOf(approval) } as const;
  await activityStore.record(tx, scope, event, targetIdOf(approval.subject), at);
  return approval;
}

function isPossible(deps: PerformParts, { subject: { own } }: Approval): boolean {
  const { rules } = deps;
  return own === undefined || rules.isPossible(own.next);
}

function taking(
  deps: PerformParts,
  scope: Scope,
  { id }: Approval,
  work: (tx: Database, approval: Approval) => Promise<Performed>,
): Promise<Performed> {
  const { database } = deps;
  return database.transaction(async (tx): Promise<Performed> => {
    await tenantsStore.lock(tx, scope);
    const approval = await take(deps, tx, scope, id);
    return approval === null ? { outcome: 'late' } : work(tx, approval);
  });
}

async function reset(deps: PerformParts, scope: Scope, approval: Approval): Promise<Performed> {
  const { database, clock, users } = deps;
  // Looked at before a hash is made, so that whoever is gone or changed ends the request and no more.
  if ((await lapseOf(database, scope, approval, clock())) !== null)
    return taking(deps, scope, approval, () => Promise.resolve({ outcome: 'late' }));
  const [target] = approval.subject.users;
  if (target === undefined) throw notFound();
  const agreement = async (tx: Database): Promise<boolean> => (await take(deps, tx, scope, approval.id)) !== null;
  const result = await users.resetPassword(scope, target.id, target.epoch, agreement);
  return result.outcome === 'stale' ? { outcome: 'late' } : { outcome: 'reset', result };
}

function change(deps: PerformParts, scope: Scope, found: Approval, step: UserAction): Promise<Performed> {
  const { clock } = deps;
  return taking(deps, scope, found, async (tx, approval) => {
    const { subject, act } = approval;
    const among = act === 'restore' ? 'deleted' : 'present';
    const ids = subject.users.map(({ id }) => id);
    const changed = await usersStore.findMany(tx, scope, ids, among);
    for (const user of changed) {
      const { outcome } = await performAction(tx, scope, user.id, step, clock());
      // Judged a moment ago behind the same lock: all of it is done, or nothing.
      if (outcome === 'refused') throw new Failure('forbidden');
    }
    return { outcome: 'changed', approval };
  });
}

async function removeFactor(deps: PerformParts, scope: Scope, found: Approval): Promise<Performed> {
  const { database, throttle } = deps;
  const performed = await change(deps, scope, found, removeSecondFactor);
  const [target] = found.subject.users;
  const user = target && performed.outcome === 'changed' ? await usersStore.find(database, scope, target.id) : null;
  // As where one alone removes it: tries at the one that is gone count no more.
  if (user !== null) await throttle.codes.forget(user);
  return performed;
}

async function exportFile(deps: PerformParts, scope: Scope, found: Approval): Promise<Performed> {
  const { throttle, logExports, clock } = deps;
  const { log } = found.subject;
  await throttle.spend(scope, log ? 'logExport' : 'export');
  return taking(deps, scope, found, async (tx, approval) => {
    if (log) await logExports.record(tx, scope, log.format, namesOfPart(log.part));
    else await recordExport(tx, scope, clock());
    return { outcome: 'file', approval };
  });
}

function loosen(deps: PerformParts, scope: Scope, found: Approval): Promise<Performed> {
  const { rules } = deps;
  return taking(deps, scope, found, async (tx, approval) => {
    const { subject } = approval;
    if (subject.own === undefined) throw new Error(`Nothing is asked for by ${policyActionOf.loosenRules}`);
    await rules.setWithin(tx, scope, subject.own.next);
    return { outcome: 'changed', approval };
  });
}

/**
 * Makes what does what another administrator agreed to: once, by whoever asked, with everything judged again behind the
 * tenant's lock, in the one transaction of the act, of the request's end and of their records.
 */
export async function perform(deps: PerformParts, scope: Scope, id: string): Promise<Performed> {
  const { approvals } = deps;
  const approval = await approvals.load(scope, id);
  if (approval.asker.id !== actingUserId(scope)) throw new Failure('forbidden');
  if (approval.state === 'open') throw conflict('approval.notConfirmed');
  if (approval.state !== 'confirmed') return { outcome: 'late' };
  const agreed = createScope({ ...scope, agreed: approval.act });
  switch (approval.act) {
    case 'resetPassword':
      return reset(deps, agreed, approval);
    case 'removeSecondFactor':
      return removeFactor(deps, agreed, approval);
    case 'giveGlobalAdmin':
      return change(deps, agreed, approval, editAction({ administratorLevel: 'global' }));
    case 'restore':
      return change(deps, agreed, approval, restore);
    case 'delete':
      return change(deps, agreed, approval, remove);
    case 'exportUsers':
    case 'exportLog':
      return exportFile(deps, agreed, approval);
    case 'loosenRules':
      return loosen(deps, agreed, approval);
  }
}

export const createPerform = (deps: PerformParts) => bind(deps, { perform }).perform;

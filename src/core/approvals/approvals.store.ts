import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import type { ApprovalState } from '../../domain/approvals.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { toUser, userColumns, type UserRow } from '../accounts/index.ts';
import { toApproval, type Approval, type ApprovalRow, type NamedApprovalRow } from './approvals.mapping.ts';
import type { ExpiryReason } from '../../domain/approval-actions.ts';
import { actingUserId } from '../../domain/principal.ts';

/** A request to insert. */
export type NewApproval = Pick<Approval, 'id' | 'act' | 'subject' | 'reason' | 'createdAt' | 'expiresAt'> & {
  readonly requesterEpoch: number;
};

/** A state transition of a request. Times are epoch ms. */
export interface Transition {
  readonly state: ApprovalState;
  readonly endedAt: number | null;
  readonly expiresAt?: number;
  readonly expiredBy?: ExpiryReason;
  readonly decided?: { readonly epoch: number; readonly remark: string; readonly at: number };
}

const maxListed = 100;
// The limit exceeds the maximum number of users in a request, so that even if all affected users are administrators,
// the list has room for administrators who can approve.
const maxAdministrators = 100;
// Literals instead of bindings, so that the planner can use the partial indexes on pending requests and on
// administrators.
const isPending = "approvals.state in ('open', 'confirmed')";

function selectNamed(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
  return ['asker', 'decider', 'target'].reduce(
    (query, who) =>
      query
        .leftJoin(`users as ${who}`, (join) =>
          join.on(`${who}.id`, `approvals.${who}_id`).andOn(`${who}.tenant_id`, 'approvals.tenant_id'),
        )
        .select({ [`${who}_name`]: `${who}.display_name`, [`${who}_username`]: `${who}.username` }),
    knex('approvals').select('approvals.*').where('approvals.tenant_id', $('tenant')),
  );
}

const findOne = preparedQuery<NamedApprovalRow>('approvals.find', (knex, $) =>
  selectNamed(knex, $).where('approvals.id', $('id')),
);

const listLatest = preparedQuery<NamedApprovalRow>('approvals.list', (knex, $) =>
  selectNamed(knex, $)
    .orderBy([
      { column: 'approvals.created_at', order: 'desc' },
      { column: 'approvals.id', order: 'desc' },
    ])
    .limit(maxListed),
);

const listPendingQuery = preparedQuery<NamedApprovalRow>('approvals.live', (knex, $) =>
  selectNamed(knex, $)
    .whereRaw(isPending)
    .whereRaw('(approvals.created_at, approvals.id) > (?, ?)', [$('at'), $('id')])
    .orderBy(['approvals.created_at', 'approvals.id'])
    .limit(maxListed),
);

const listPendingOfRequesterQuery = preparedQuery<NamedApprovalRow>('approvals.liveOf', (knex, $) =>
  selectNamed(knex, $).whereRaw(isPending).where('approvals.asker_id', $('asker')).orderBy('approvals.created_at'),
);

const listDeclinedQuery = preparedQuery<NamedApprovalRow>('approvals.declined', (knex, $) =>
  selectNamed(knex, $)
    .where({ 'approvals.asker_id': $('asker'), 'approvals.state': 'declined' })
    .where('approvals.ended_at', '>', $('since'))
    .limit(maxListed),
);

const administratorsByLevel = (['global', 'userManagement'] as const).map((level) =>
  preparedQuery<UserRow>(`approvals.administrators ${level}`, (knex, $) =>
    knex('users')
      .select(userColumns)
      .where('tenant_id', $('tenant'))
      .whereRaw(`administrator_level = '${level}' and state = 'active' and password = 'own'`)
      .orderBy('name_key')
      .limit(maxAdministrators),
  ),
);

function own(scope: Scope) {
  return { tenant_id: scope.tenant.id };
}

/** @returns the request; null if the ID is unknown or belongs to another tenant */
export async function find(database: Database, scope: Scope, id: string): Promise<Approval | null> {
  const [row] = await findOne(database, { tenant: scope.tenant.id, id });
  return row === undefined ? null : toApproval(row);
}

/** @returns the latest requests in any state */
export async function list(database: Database, scope: Scope): Promise<Approval[]> {
  return (await listLatest(database, { tenant: scope.tenant.id })).map(toApproval);
}

/** Reads the pending requests, oldest first, in batches. They are open, or approved but not yet performed. */
export async function* listPending(database: Database, scope: Scope): AsyncGenerator<Approval> {
  for (let last = { at: 0, id: '' }; ;) {
    const found = (await listPendingQuery(database, { tenant: scope.tenant.id, ...last })).map(toApproval);
    yield* found;
    const end = found.at(-1);
    if (end === undefined || found.length < maxListed) return;
    last = { at: end.createdAt, id: end.id };
  }
}

/** @returns the actor's pending requests, at most `maxOpenApprovals` */
export async function listPendingOfActor(database: Database, scope: Scope): Promise<Approval[]> {
  return (await listPendingOfRequesterQuery(database, { tenant: scope.tenant.id, asker: actingUserId(scope) })).map(
    toApproval,
  );
}

/**
 * @returns the actor's declined requests.
 * @param since the start of the period, epoch ms
 */
export async function listDeclined(database: Database, scope: Scope, since: number): Promise<Approval[]> {
  return (await listDeclinedQuery(database, { tenant: scope.tenant.id, asker: actingUserId(scope), since })).map(
    toApproval,
  );
}

/**
 * @returns the active administrators who manage users, sorted by level and name. Those who have not chosen a password
 * yet cannot approve anything, so they are omitted
 */
export async function listAdministrators(database: Database, scope: Scope): Promise<User[]> {
  const found = await Promise.all(administratorsByLevel.map((read) => read(database, { tenant: scope.tenant.id })));
  return found.flat().map(toUser);
}

export async function insert(database: Database, scope: Scope, approval: NewApproval): Promise<void> {
  const { users } = approval.subject;
  const row: Partial<ApprovalRow> = {
    ...own(scope),
    id: approval.id,
    act: approval.act,
    reason: approval.reason,
    state: 'open',
    asker_id: actingUserId(scope),
    asker_epoch: approval.requesterEpoch,
    target_id: users.length === 1 ? (users[0]?.id ?? null) : null,
    subject: JSON.stringify(approval.subject),
    created_at: approval.createdAt,
    expires_at: approval.expiresAt,
  };
  await database.knex('approvals').insert(row);
}

/**
 * Performs a state transition, unless the state has changed in the meantime.
 * @returns whether it was performed
 */
export async function transition(
  database: Database,
  scope: Scope,
  { id, state }: Pick<Approval, 'id' | 'state'>,
  next: Transition,
): Promise<boolean> {
  const { decided } = next;
  const updated = await database
    .knex('approvals')
    .where({ ...own(scope), id, state })
    .update({
      state: next.state,
      ended_at: next.endedAt,
      lapsed_by: next.expiredBy ?? null,
      ...(next.expiresAt === undefined ? {} : { expires_at: next.expiresAt }),
      ...(decided === undefined
        ? {}
        : {
            decider_id: actingUserId(scope),
            decider_epoch: decided.epoch,
            remark: decided.remark,
            decided_at: decided.at,
          }),
    });
  return updated === 1;
}

/** @returns the IDs of the tenants with pending requests, for the background job */
export async function listTenantsWithPendingForOperator(database: Database): Promise<string[]> {
  const rows = await database.knex('approvals').distinct('tenant_id').whereRaw(isPending);
  return (rows as { tenant_id: string }[]).map((row) => row.tenant_id);
}

import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import type { ApprovalState } from '../../domain/approvals.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { toUser, userColumns, type UserRow } from '../accounts/index.ts';
import { toApproval, type Approval, type ApprovalRecord, type NamedApproval } from './rows.ts';
import type { ExpiryReason } from '../../domain/approval-actions.ts';
import { actingUserId } from '../../domain/principal.ts';

/** A request as it is first written. */
export type NewApproval = Pick<Approval, 'id' | 'act' | 'subject' | 'reason' | 'createdAt' | 'expiresAt'> & {
  readonly askerEpoch: number;
};

/** How a request moves on. Times are epoch ms. */
export interface Move {
  readonly state: ApprovalState;
  readonly endedAt: number | null;
  readonly expiresAt?: number;
  readonly lapsedBy?: ExpiryReason;
  readonly decided?: { readonly epoch: number; readonly remark: string; readonly at: number };
}

const maxListed = 100;
// More than the people whom one request can be about, so that whoever could agree to it is found beside them.
const maxAdministrators = 100;
// Spelt out, not bound: only then do the indexes of the few that wait, and of administrators, fit.
const isLive = "approvals.state in ('open', 'confirmed')";

function named(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
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

const findOne = preparedQuery<NamedApproval>('approvals.find', (knex, $) =>
  named(knex, $).where('approvals.id', $('id')),
);

const listLatest = preparedQuery<NamedApproval>('approvals.list', (knex, $) =>
  named(knex, $)
    .orderBy([
      { column: 'approvals.created_at', order: 'desc' },
      { column: 'approvals.id', order: 'desc' },
    ])
    .limit(maxListed),
);

const listLive = preparedQuery<NamedApproval>('approvals.live', (knex, $) =>
  named(knex, $)
    .whereRaw(isLive)
    .whereRaw('(approvals.created_at, approvals.id) > (?, ?)', [$('at'), $('id')])
    .orderBy(['approvals.created_at', 'approvals.id'])
    .limit(maxListed),
);

const liveOfAsker = preparedQuery<NamedApproval>('approvals.liveOf', (knex, $) =>
  named(knex, $).whereRaw(isLive).where('approvals.asker_id', $('asker')).orderBy('approvals.created_at'),
);

const declinedLately = preparedQuery<NamedApproval>('approvals.declined', (knex, $) =>
  named(knex, $)
    .where({ 'approvals.asker_id': $('asker'), 'approvals.state': 'declined' })
    .where('approvals.ended_at', '>', $('since'))
    .limit(maxListed),
);

const administratorsByLevel = (['global', 'userManagement'] as const).map((level) =>
  preparedQuery<UserRow>(`approvals.administrators ${level}`, (knex, $) =>
    knex('users')
      .select(userColumns)
      .where('tenant_id', $('tenant'))
      .whereRaw(`administrator_level = '${level}' and state = 'active'`)
      .orderBy('name_key')
      .limit(maxAdministrators),
  ),
);

function own(scope: Scope) {
  return { tenant_id: scope.tenant.id };
}

/** @returns the request, or null: for a stranger's id as for one that never was */
export async function find(database: Database, scope: Scope, id: string): Promise<Approval | null> {
  const [row] = await findOne(database, { tenant: scope.tenant.id, id });
  return row === undefined ? null : toApproval(row);
}

/** @returns the latest requests, whatever became of them */
export async function list(database: Database, scope: Scope): Promise<Approval[]> {
  return (await listLatest(database, { tenant: scope.tenant.id })).map(toApproval);
}

/** Reads those that wait, for another administrator or for whoever asked, the oldest first, some at a time. */
export async function* live(database: Database, scope: Scope): AsyncGenerator<Approval> {
  for (let last = { at: 0, id: '' }; ;) {
    const found = (await listLive(database, { tenant: scope.tenant.id, ...last })).map(toApproval);
    yield* found;
    const end = found.at(-1);
    if (end === undefined || found.length < maxListed) return;
    last = { at: end.createdAt, id: end.id };
  }
}

/** @returns the actor's own that wait: there is a limit to how many these are */
export async function liveOfActor(database: Database, scope: Scope): Promise<Approval[]> {
  return (await liveOfAsker(database, { tenant: scope.tenant.id, asker: actingUserId(scope) })).map(toApproval);
}

/** @returns the actor's requests that were declined. @param since epoch ms */
export async function declined(database: Database, scope: Scope, since: number): Promise<Approval[]> {
  return (await declinedLately(database, { tenant: scope.tenant.id, asker: actingUserId(scope), since })).map(
    toApproval,
  );
}

/** @returns active administrators who look after users, by level and name */
export async function administrators(database: Database, scope: Scope): Promise<User[]> {
  const found = await Promise.all(administratorsByLevel.map((read) => read(database, { tenant: scope.tenant.id })));
  return found.flat().map(toUser);
}

export async function insert(database: Database, scope: Scope, approval: NewApproval): Promise<void> {
  const { users } = approval.subject;
  const row: Partial<ApprovalRecord> = {
    ...own(scope),
    id: approval.id,
    act: approval.act,
    reason: approval.reason,
    state: 'open',
    asker_id: actingUserId(scope),
    asker_epoch: approval.askerEpoch,
    target_id: users.length === 1 ? (users[0]?.id ?? null) : null,
    subject: JSON.stringify(approval.subject),
    created_at: approval.createdAt,
    expires_at: approval.expiresAt,
  };
  await database.knex('approvals').insert(row);
}

/** Moves a request on, if it is still as it was found. @returns whether it was */
export async function move(
  database: Database,
  scope: Scope,
  { id, state }: Pick<Approval, 'id' | 'state'>,
  next: Move,
): Promise<boolean> {
  const { decided } = next;
  const moved = await database
    .knex('approvals')
    .where({ ...own(scope), id, state })
    .update({
      state: next.state,
      ended_at: next.endedAt,
      lapsed_by: next.lapsedBy ?? null,
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
  return moved === 1;
}

/** @returns the tenants in which something waits, for the work beside the requests */
export async function tenantsWaitingForOperator(database: Database): Promise<string[]> {
  const rows = await database.knex('approvals').distinct('tenant_id').whereRaw(isLive);
  return (rows as { tenant_id: string }[]).map((row) => row.tenant_id);
}

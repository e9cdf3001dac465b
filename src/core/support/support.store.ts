import type { Knex } from 'knex';
import { opaqueValue, type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Scope } from '../../domain/scope.ts';
import { latestPlausible } from '../../domain/plausible-time.ts';
import { isGrantInForce, type SupportLevel } from '../../domain/support.ts';
import type { User } from '../../domain/people/user.ts';
import {
  toUser,
  userColumns,
  type UserRow,
  joinGrantDetails,
  openGrantColumns,
  toOpenGrant,
  type OpenGrant,
  type OpenGrantRow,
} from '../accounts/index.ts';
import { actingUserId } from '../../domain/principal.ts';

/** How a grant ended: by an administrator of the tenant, by the operator's organization, or because it expired. */
export type GrantOutcome = 'ended' | 'withdrawn' | 'expired';

/** A grant as shown to the tenant that granted it. Times are epoch ms. */
export interface TenantGrant {
  readonly id: string;
  readonly operatorId: string;
  /** Null if the operator was erased, as is the user name. */
  readonly operatorName: string | null;
  readonly operatorUsername: string | null;
  readonly grantedByName: string | null;
  readonly purpose: string;
  readonly level: SupportLevel;
  readonly grantedAt: number;
  readonly endsAt: number;
  /** Null if the operator never entered the tenant. */
  readonly enteredAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: GrantOutcome | null;
}

export interface NewGrant {
  readonly id: string;
  readonly operatorId: string;
  readonly purpose: string;
  readonly level: SupportLevel;
  readonly grantedAt: number;
  readonly endsAt: number;
}

interface TenantGrantRow {
  id: string;
  operator_id: string;
  operator_name: string | null;
  operator_username: string | null;
  granted_by_name: string | null;
  purpose: string;
  level: SupportLevel;
  granted_at: number;
  ends_at: number;
  entered_at: number | null;
  ended_at: number | null;
  outcome: GrantOutcome | null;
}

const maxShown = 50;
const maxOperators = 200;

function selectGrants(query: Knex): Knex.QueryBuilder {
  return query('support_grants as grants')
    .leftJoin('users as operators', 'operators.id', 'grants.operator_id')
    .leftJoin('users as granters', (join) =>
      join.on('granters.id', 'grants.granted_by').andOn('granters.tenant_id', 'grants.tenant_id'),
    )
    .select('grants.*')
    .select({
      operator_name: 'operators.display_name',
      operator_username: 'operators.username',
      granted_by_name: 'granters.display_name',
    })
    .orderBy('grants.granted_at', 'desc');
}

const notEnded = preparedQuery<TenantGrantRow>('support.notEnded', (build, $) =>
  selectGrants(build)
    .where('grants.tenant_id', opaqueValue(build, $('tenant')))
    .whereNull('grants.ended_at'),
);

function selectOpenGrants(database: Database): Knex.QueryBuilder {
  return joinGrantDetails(database.knex('support_grants as grants'))
    .select(openGrantColumns)
    .whereNull('grants.ended_at');
}

function toOpenGrants(rows: readonly OpenGrantRow[]): OpenGrant[] {
  return rows.flatMap((row) => toOpenGrant(row) ?? []);
}

function selectOperators(database: Database): Knex.QueryBuilder {
  return database
    .knex('users')
    .join('tenants', 'tenants.id', 'users.tenant_id')
    .where({ 'tenants.kind': 'operators', 'users.state': 'active' })
    .select(userColumns);
}

/** @returns the operators who can be granted access, sorted by name */
export async function listOperators(database: Database): Promise<User[]> {
  return ((await selectOperators(database).orderBy('users.name_key').limit(maxOperators)) as UserRow[]).map(toUser);
}

/** @returns the operator with this ID; null if no such operator can be granted access */
export async function findOperator(database: Database, id: string): Promise<User | null> {
  const [row] = (await selectOperators(database).where('users.id', id)) as UserRow[];
  return row ? toUser(row) : null;
}

/** @returns the latest grants of the scope's tenant, including ended ones */
export async function list(database: Database, scope: Scope): Promise<TenantGrant[]> {
  return (
    (await selectGrants(database.knex).where('grants.tenant_id', scope.tenant.id).limit(maxShown)) as TenantGrantRow[]
  ).map(toTenantGrant);
}

/** @returns the grants of the scope's tenant that are not marked as ended, including expired ones */
export async function listNotEnded(database: Database, scope: Scope): Promise<TenantGrant[]> {
  return (await notEnded(database, { tenant: scope.tenant.id })).map(toTenantGrant);
}

/** @returns the valid grants of the scope's tenant. @param now the current time, epoch ms */
export async function listOpen(database: Database, scope: Scope, now: number): Promise<TenantGrant[]> {
  return (await listNotEnded(database, scope)).filter((grant) => isGrantInForce(grant, now));
}

/** @returns a grant of the scope's tenant; null if the ID is unknown or belongs to another tenant */
export async function find(database: Database, scope: Scope, id: string): Promise<TenantGrant | null> {
  const own = { 'grants.tenant_id': scope.tenant.id, 'grants.id': id };
  const [row] = (await selectGrants(database.knex).where(own)) as TenantGrantRow[];
  return row ? toTenantGrant(row) : null;
}

/** @returns an operator's open grants across all tenants */
export async function listOpenOfOperatorAcrossTenants(database: Database, operatorId: string): Promise<OpenGrant[]> {
  return toOpenGrants(
    (await selectOpenGrants(database)
      .where('grants.operator_id', operatorId)
      .orderBy('grants.granted_at')) as OpenGrantRow[],
  );
}

/** @returns expired grants that are not yet marked as ended. @param now the current time, epoch ms */
export async function listExpiredAcrossTenants(database: Database, now: number): Promise<OpenGrant[]> {
  const expired = selectOpenGrants(database).where(
    (period) => void period.where('grants.ends_at', '<=', now).orWhere('grants.granted_at', '>', latestPlausible(now)),
  );
  return toOpenGrants((await expired.limit(maxShown)) as OpenGrantRow[]);
}

export async function insert(database: Database, scope: Scope, grant: NewGrant): Promise<void> {
  const { id, operatorId, purpose, level, grantedAt, endsAt } = grant;
  await database.knex('support_grants').insert({
    id,
    purpose,
    level,
    tenant_id: scope.tenant.id,
    operator_id: operatorId,
    granted_by: actingUserId(scope),
    granted_at: grantedAt,
    ends_at: endsAt,
  });
}

/** Stores when the operator entered the tenant. @param at the time of entry, epoch ms */
export async function markEntered(database: Database, id: string, at: number): Promise<void> {
  await database.knex('support_grants').where({ id }).update({ entered_at: at });
}

/** Ends a grant at a time in epoch ms. Only one of several concurrent calls returns true. */
export async function finish(database: Database, id: string, outcome: GrantOutcome, at: number): Promise<boolean> {
  return (
    (await database.knex('support_grants').where({ id }).whereNull('ended_at').update({ ended_at: at, outcome })) === 1
  );
}

const toTenantGrant = (row: TenantGrantRow): TenantGrant => ({
  id: row.id,
  operatorId: row.operator_id,
  operatorName: row.operator_name,
  operatorUsername: row.operator_username,
  grantedByName: row.granted_by_name,
  purpose: row.purpose,
  level: row.level,
  grantedAt: row.granted_at,
  endsAt: row.ends_at,
  enteredAt: row.entered_at,
  endedAt: row.ended_at,
  outcome: row.outcome,
});

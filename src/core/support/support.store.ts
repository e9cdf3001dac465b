import type { Knex } from 'knex';
import { opaqueValue, type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Scope } from '../../domain/scope.ts';
import type { SupportLevel } from '../../domain/support.ts';
import type { User } from '../../domain/people/user.ts';
import {
  toUser,
  userColumns,
  type UserRow,
  joinBesideGrant,
  openGrantColumns,
  toOpenGrant,
  type OpenGrant,
  type OpenGrantRow,
} from '../accounts/index.ts';
import { actingUserId } from '../../domain/principal.ts';

/** How a grant came to its end: by an administrator, by the operator's company, or by its time. */
export type GrantOutcome = 'ended' | 'withdrawn' | 'expired';

/** A grant as the tenant that gave it sees it. */
export interface TenantGrant {
  readonly id: string;
  readonly operatorId: string;
  /** Null once the operator was erased, as is their user name. */
  readonly operatorName: string | null;
  readonly operatorUsername: string | null;
  readonly grantedByName: string | null;
  readonly purpose: string;
  readonly level: SupportLevel;
  readonly grantedAt: number;
  readonly endsAt: number;
  /** Epoch ms; null where they never came. */
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

function grantsOf(query: Knex): Knex.QueryBuilder {
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
  grantsOf(build)
    .where('grants.tenant_id', opaqueValue(build, $('tenant')))
    .whereNull('grants.ended_at'),
);

function openGrants(database: Database): Knex.QueryBuilder {
  return joinBesideGrant(database.knex('support_grants as grants'))
    .select(openGrantColumns)
    .whereNull('grants.ended_at');
}

function toOpenGrants(rows: readonly OpenGrantRow[]): OpenGrant[] {
  return rows.flatMap((row) => toOpenGrant(row) ?? []);
}

function operators(database: Database): Knex.QueryBuilder {
  return database
    .knex('users')
    .join('tenants', 'tenants.id', 'users.tenant_id')
    .where({ 'tenants.kind': 'operators', 'users.state': 'active' })
    .select(userColumns);
}

/** @returns the operators who may be let in, by name */
export async function listOperators(database: Database): Promise<User[]> {
  return ((await operators(database).orderBy('users.name_key').limit(maxOperators)) as UserRow[]).map(toUser);
}

/** @returns an operator who may be let in; null for anybody else's id */
export async function findOperator(database: Database, id: string): Promise<User | null> {
  const [row] = (await operators(database).where('users.id', id)) as UserRow[];
  return row ? toUser(row) : null;
}

/** @returns the latest grants of the scope's tenant, those that ended too */
export async function list(database: Database, scope: Scope): Promise<TenantGrant[]> {
  return (
    (await grantsOf(database.knex).where('grants.tenant_id', scope.tenant.id).limit(maxShown)) as TenantGrantRow[]
  ).map(toTenantGrant);
}

/** @returns the grants of the scope's tenant that hold at a time in epoch ms */
export async function listOpen(database: Database, scope: Scope, now: number): Promise<TenantGrant[]> {
  return (await notEnded(database, { tenant: scope.tenant.id }))
    .map(toTenantGrant)
    .filter(({ endsAt }) => endsAt > now);
}

/** @returns a grant of the scope's tenant; null for another one's as for one that never was */
export async function find(database: Database, scope: Scope, id: string): Promise<TenantGrant | null> {
  const own = { 'grants.tenant_id': scope.tenant.id, 'grants.id': id };
  const [row] = (await grantsOf(database.knex).where(own)) as TenantGrantRow[];
  return row ? toTenantGrant(row) : null;
}

/** @returns what nobody has ended of what an operator was granted, wherever that was */
export async function openOfOperatorAcrossTenants(database: Database, operatorId: string): Promise<OpenGrant[]> {
  return toOpenGrants(
    (await openGrants(database).where('grants.operator_id', operatorId).orderBy('grants.granted_at')) as OpenGrantRow[],
  );
}

/** @returns grants that nobody has ended and whose time is over at a time in epoch ms */
export async function expiredAcrossTenants(database: Database, now: number): Promise<OpenGrant[]> {
  return toOpenGrants(
    (await openGrants(database).where('grants.ends_at', '<=', now).limit(maxShown)) as OpenGrantRow[],
  );
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

/** Notes that the operator came, at a time in epoch ms. */
export async function noteEntered(database: Database, id: string, at: number): Promise<void> {
  await database.knex('support_grants').where({ id }).update({ entered_at: at });
}

/** @returns whether it was open until now: of several who end it at once, one does */
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

import { processInChunks } from '../../../platform/database/chunks.ts';
import { opaqueValue, type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { LinkPurpose, LinkState } from '../../../domain/people/one-time-link.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { userTenantColumns, toUserTenant, type UserTenant, type UserTenantRow } from './tenants.mapping.ts';
import { toUser, userColumns, type UserRow } from './users.mapping.ts';

/** A link to insert. Times are epoch ms. */
export interface NewLink {
  readonly id: string;
  readonly userId: string;
  readonly digest: string;
  readonly purpose: LinkPurpose;
  /** The user's epoch after the action that issued the link. */
  readonly epoch: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A link with its user and tenant. */
export interface FoundLink extends LinkState {
  readonly id: string;
  readonly digest: string;
  readonly user: User;
  readonly tenant: UserTenant;
}

interface LinkRow {
  id: string;
  user_id: string;
  digest: string;
  purpose: LinkPurpose;
  epoch: number;
  created_at: number;
  expires_at: number;
  opened_at: number | null;
}

interface FoundRow extends UserRow, UserTenantRow {
  link_id: string;
  link_digest: string;
  link_purpose: LinkPurpose;
  link_epoch: number;
  link_created_at: number;
  link_expires_at: number;
  link_opened_at: number | null;
}

const rowsPerInsert = 100;
const linkColumns = ['id', 'digest', 'purpose', 'epoch', 'created_at', 'expires_at', 'opened_at'];

function find(column: 'digest' | 'id') {
  return preparedQuery<FoundRow>(`links.by ${column}`, (knex, $) =>
    knex('one_time_links')
      .join('users', 'users.id', 'one_time_links.user_id')
      .join('tenants', 'tenants.id', 'users.tenant_id')
      .select([
        ...userColumns,
        ...linkColumns.map((each) => `one_time_links.${each} as link_${each}`),
        ...userTenantColumns,
      ])
      .where(`one_time_links.${column}`, opaqueValue(knex, $('value'))),
  );
}

const byDigest = find('digest');

const byId = find('id');

/** Looks up a link without a scope: the tenant is that of the link's user. Returns null if there is no such link. */
export async function findAcrossTenants(database: Database, digest: string): Promise<FoundLink | null> {
  return toFound((await byDigest(database, { value: digest }))[0]);
}

/** Looks up a link by its ID in order to mail it, without redeeming it. Returns null if there is no such link. */
export async function findForMailAcrossTenants(database: Database, id: string): Promise<FoundLink | null> {
  return toFound((await byId(database, { value: id }))[0]);
}

export function insertMany(database: Database, scope: Scope, links: readonly NewLink[]): Promise<void> {
  return processInChunks(links, rowsPerInsert, async (some) => {
    await database.knex('one_time_links').insert(
      some.map(({ id, userId, digest, purpose, epoch, createdAt, expiresAt }) => ({
        id,
        digest,
        purpose,
        epoch,
        tenant_id: scope.tenant.id,
        user_id: userId,
        created_at: createdAt,
        expires_at: expiresAt,
      })),
    );
  });
}

/**
 * Consumes a link. Only one of several concurrent calls returns true.
 * @param opened the time at which the link was opened, epoch ms, and the user's new epoch
 */
export async function consume(
  database: Database,
  scope: Scope,
  id: string,
  opened: { at: number; epoch: number },
): Promise<boolean> {
  const own = { tenant_id: scope.tenant.id, id };
  const unopened = database.knex('one_time_links').where(own).whereNull('opened_at');
  return (await unopened.update({ opened_at: opened.at, epoch: opened.epoch })) === 1;
}

/**
 * @returns the link with which the user's current credentials were issued; null if the password was shown instead, or
 * if the user has chosen a password since
 */
export async function findLatest(
  database: Database,
  scope: Scope,
  { id, epoch, password }: User,
): Promise<({ openedAt: number | null } & Pick<LinkRow, 'purpose'>) | null> {
  if (password !== 'temporary') return null;
  const row = await database
    .knex<LinkRow & { tenant_id: string }>('one_time_links')
    .where({ tenant_id: scope.tenant.id, user_id: id, epoch })
    .where((which) => void which.where('purpose', 'handOver').orWhereNotNull('opened_at'))
    .first('purpose', 'opened_at');
  return row === undefined ? null : { purpose: row.purpose, openedAt: row.opened_at };
}

function toFound(row: FoundRow | undefined): FoundLink | null {
  if (row === undefined) return null;
  return {
    id: row.link_id,
    digest: row.link_digest,
    purpose: row.link_purpose,
    epoch: row.link_epoch,
    createdAt: row.link_created_at,
    expiresAt: row.link_expires_at,
    openedAt: row.link_opened_at,
    user: toUser(row),
    tenant: toUserTenant(row),
  };
}

import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../../platform/database/database.ts';
import { activityKinds } from '../../domain/activity/groups.ts';
import { joinPersonal } from '../../domain/activity/personal.ts';
import type { TenantRules } from '../../domain/tenant-rules.ts';
import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { readOwnRules } from '../accounts/index.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';

/** Selects the entries of a log in which a user is the actor or the target. */
interface EntryFilter {
  readonly side: 'actor_id' | 'target_id';
  readonly userId: string;
  /** If given, only entries whose data contains this text are selected. */
  readonly containing?: string;
}

const keyBytes = 32;
const entriesPerUpdate = 1_000;

/** A deleted user whose restore window has ended. */
export interface OverdueUser {
  readonly id: string;
  readonly tenant: ScopeTenant & { readonly ownRules: TenantRules };
}

interface OverdueRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly language: Language;
  readonly own_rules: string;
}

/** @returns the display names that a user has had. Any of them may be stored as the issuer of a password or link */
async function namesOf(database: Database, scope: Scope, user: User): Promise<string[]> {
  const entries = (await database
    .knex('activity')
    .select('data', 'personal')
    .where({ tenant_id: scope.tenant.id, target_id: user.id, kind: 'user.edited' })
    .whereNotNull('personal')) as { data: string; personal: string }[];
  const former = entries.flatMap(({ data, personal }) => {
    const { event } = joinPersonal('user.edited', data, personal);
    return event.kind === 'user.edited' ? event.changes : [];
  });
  const names = former.filter(({ field }) => field === 'displayName').flatMap(({ from, to }) => [from, to]);
  return [...new Set([user.displayName, ...names])].filter((name) => name !== null);
}

// The empty string represents an erased user, because null represents the operator.
async function removeNameFromPasswords(database: Database, tenantId: string, scope: Scope, user: User): Promise<void> {
  const targets = database.knex('activity').select('target_id').where({ actor_id: user.id });
  await database
    .knex('credentials')
    .whereIn('user_id', database.knex('users').select('id').where({ tenant_id: tenantId }).whereIn('id', targets))
    .whereIn('set_by', await namesOf(database, scope, user))
    .update({ set_by: '' });
}

/** Removes personal data from log entries. The chain needs the digests, which reveal nothing without the salt. */
async function removeFromLog(
  database: Database,
  tenantId: string,
  { side, userId, containing }: EntryFilter,
): Promise<void> {
  // Select the entries by kind and time, in the order of an index.
  for (const kind of activityKinds) {
    for (let last = { at: -1, place: 0 }; ;) {
      const rows = (await database
        .knex('activity')
        .select('id', 'at', 'place')
        .where({ tenant_id: tenantId, [side]: userId, kind })
        .modify((query) => {
          if (containing !== undefined) void query.where('data', 'like', `%${containing}%`);
        })
        .whereRaw('(at, place) > (?, ?)', [last.at, last.place])
        .orderBy(['at', 'place'])
        .limit(entriesPerUpdate)) as { id: number; at: number; place: number }[];
      const ids = rows.map(({ id }) => id);
      await database.knex('activity').whereIn('id', ids).update({ personal: null, personal_salt: null });
      if (rows.length < entriesPerUpdate) break;
      last = rows.at(-1) ?? last;
      // Yield to other requests, because each SQLite query blocks the process.
      await turn();
    }
  }
}

/** Removes a user from the log of the user's tenant, or of a tenant in which the user acted under a support grant. */
async function removeFromTenant(database: Database, tenantId: string, scope: Scope, user: User): Promise<void> {
  const key = randomBytes(keyBytes).toString('base64url');
  await database.knex('tenants').where({ id: tenantId }).whereNull('pseudonym_key').update({ pseudonym_key: key });
  await removeNameFromPasswords(database, tenantId, scope, user);
  await removeFromLog(database, tenantId, { side: 'target_id', userId: user.id });
  await removeFromLog(database, tenantId, { side: 'actor_id', userId: user.id });
}

// Log entries of operators who acted under a grant also name the user who granted access and stated its purpose.
async function removeFromGrants(database: Database, tenantId: string, user: User): Promise<void> {
  const given = { tenant_id: tenantId, granted_by: user.id };
  for (const userId of await database.knex('support_grants').where(given).distinct().pluck<string[]>('operator_id'))
    await removeFromLog(database, tenantId, { side: 'actor_id', userId, containing: `"grantedBy":"${user.id}"` });
  await database.knex('support_grants').where(given).update({ purpose: '' });
}

// Deletes the user's imports, and the rows about the user in other users' imports.
async function removeFromImports(database: Database, scope: Scope, user: User): Promise<void> {
  const ofTenant = database.knex('imports').select('id').where({ tenant_id: scope.tenant.id });
  await database.knex('import_rows').whereIn('import_id', ofTenant).where({ username: user.username }).delete();
  await database.knex('imports').where({ tenant_id: scope.tenant.id, user_id: user.id }).delete();
}

// Removes requests that the user submitted or decided, or that affect the user, because a reason or comment may contain
// the user's personal data.
async function removeFromApprovals(database: Database, scope: Scope, { id }: User): Promise<void> {
  const concerns = ['asker_id', 'decider_id', 'target_id'].map((column) => `${column} = ?`).join(' or ');
  await database
    .knex('approvals')
    .where({ tenant_id: scope.tenant.id })
    .whereRaw(`(${concerns} or subject like ?)`, [id, id, id, `%"${id}"%`])
    .delete();
}

/** @returns a batch of users deleted at `deletedBefore` (epoch ms) or earlier, oldest deletions first */
export async function findOverdueAcrossTenants(
  database: Database,
  deletedBefore: number,
  limit: number,
  tenantId?: string,
): Promise<OverdueUser[]> {
  const query = database
    .knex('users')
    .join('tenants', 'tenants.id', 'users.tenant_id')
    .select('users.id', 'users.tenant_id', 'tenants.name', 'tenants.language', 'tenants.own_rules')
    // A literal instead of a binding, so that the planner can use the partial index on deleted users.
    .whereRaw("users.state = 'deleted'")
    .where('users.deleted_at', '<=', deletedBefore)
    // The users of a moving tenant are erased in its new region.
    .whereNot('tenants.state', 'moving')
    // Operators named in the log of a moving tenant are erased after the move has finished or been canceled.
    .whereNotExists(
      database
        .knex('support_grants')
        .join('tenants as supported', 'supported.id', 'support_grants.tenant_id')
        .whereRaw('support_grants.operator_id = users.id')
        .where('supported.state', 'moving'),
    )
    .orderBy('users.deleted_at')
    .limit(limit);
  if (tenantId !== undefined) query.where('users.tenant_id', tenantId);
  const rows = (await query) as OverdueRow[];
  return rows.map(({ id, tenant_id, name, language, own_rules }) => ({
    id,
    tenant: { id: tenant_id, name, language, ownRules: readOwnRules(own_rules) },
  }));
}

/** @returns the IDs of the tenants that granted a user access, in the order in which to lock them for `erase` */
export async function listTenantsActedIn(database: Database, user: User): Promise<string[]> {
  return database
    .knex('support_grants')
    .where({ operator_id: user.id })
    .distinct()
    .orderBy('tenant_id')
    .pluck('tenant_id');
}

/** Erases a user, including in log entries. @param actedIn the IDs of the tenants that granted the user access */
export async function erase(database: Database, scope: Scope, user: User, actedIn: readonly string[]): Promise<void> {
  const { id } = scope.tenant;
  for (const each of [id, ...actedIn]) await removeFromTenant(database, each, scope, user);
  await removeFromGrants(database, id, user);
  await removeFromImports(database, scope, user);
  await removeFromApprovals(database, scope, user);
  await database.knex('user_sessions').where({ user_id: user.id }).delete();
  await database.knex('users').where({ tenant_id: id, id: user.id, state: 'deleted' }).delete();
}

/** Removes a name from the session data of browsers, where it may be in a sign-in form or in a pending message. */
export async function removeFromSessionData(database: Database, { username, displayName }: User): Promise<void> {
  const rows = await database
    .knex<{ key: string; data: string }>('sessions')
    .select()
    .whereRaw("data like ? escape '\\'", [likePattern(username)])
    .orWhereRaw("data like ? escape '\\'", [likePattern(displayName)]);
  for (const { key, data } of rows) {
    const { username: _username, notice: _notice, ...rest } = JSON.parse(data) as Record<string, unknown>;
    await database
      .knex('sessions')
      .where({ key })
      .update({ data: JSON.stringify(rest) });
  }
}

// Matches the name as a JSON string, with the wildcards of `like` escaped.
const likePattern = (text: string): string => `%${JSON.stringify(text).replace(/[\\%_]/g, '\\$&')}%`;

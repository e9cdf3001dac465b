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

/** Which entries of a log: what somebody did, or what was done to them. */
interface Part {
  readonly side: 'actor_id' | 'target_id';
  readonly userId: string;
  /** A text that their data must hold besides. */
  readonly holding?: string;
}

const keyBytes = 32;
const entriesAtOnce = 1_000;

/** A deleted user whom nobody can restore any more. */
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

/** @returns the names under which others may have got a password from this person */
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

// An empty name is nobody's: it still says that it was not the operator.
async function takeNameFromPasswords(database: Database, tenantId: string, scope: Scope, user: User): Promise<void> {
  const whoWasTouched = database.knex('activity').select('target_id').where({ actor_id: user.id });
  await database
    .knex('credentials')
    .whereIn('user_id', database.knex('users').select('id').where({ tenant_id: tenantId }).whereIn('id', whoWasTouched))
    .whereIn('set_by', await namesOf(database, scope, user))
    .update({ set_by: '' });
}

/** The digests stay, so that the chain still holds; without its salt none of them can be guessed at. */
async function takeFromLog(database: Database, tenantId: string, { side, userId, holding }: Part): Promise<void> {
  // Kind by kind and in the order of time, as the index of the log has it.
  for (const kind of activityKinds) {
    for (let last = { at: -1, place: 0 }; ;) {
      const rows = (await database
        .knex('activity')
        .select('id', 'at', 'place')
        .where({ tenant_id: tenantId, [side]: userId, kind })
        .modify((query) => {
          if (holding !== undefined) void query.where('data', 'like', `%${holding}%`);
        })
        .whereRaw('(at, place) > (?, ?)', [last.at, last.place])
        .orderBy(['at', 'place'])
        .limit(entriesAtOnce)) as { id: number; at: number; place: number }[];
      const ids = rows.map(({ id }) => id);
      await database.knex('activity').whereIn('id', ids).update({ personal: null, personal_salt: null });
      if (rows.length < entriesAtOnce) break;
      last = rows.at(-1) ?? last;
      // Others read meanwhile: with SQLite each of these steps holds the process.
      await turn();
    }
  }
}

/** Takes a person out of a tenant's log: their own, or one in which they acted as its operator's support. */
async function takeFromTenant(database: Database, tenantId: string, scope: Scope, user: User): Promise<void> {
  const key = randomBytes(keyBytes).toString('base64url');
  await database.knex('tenants').where({ id: tenantId }).whereNull('pseudonym_key').update({ pseudonym_key: key });
  await takeNameFromPasswords(database, tenantId, scope, user);
  await takeFromLog(database, tenantId, { side: 'target_id', userId: user.id });
  await takeFromLog(database, tenantId, { side: 'actor_id', userId: user.id });
}

// What an operator did by their leave names them too, and what they wrote of it goes with them.
async function takeFromGrants(database: Database, tenantId: string, user: User): Promise<void> {
  const given = { tenant_id: tenantId, granted_by: user.id };
  for (const userId of await database.knex('support_grants').where(given).distinct().pluck<string[]>('operator_id'))
    await takeFromLog(database, tenantId, { side: 'actor_id', userId, holding: `"grantedBy":"${user.id}"` });
  await database.knex('support_grants').where(given).update({ purpose: '' });
}

// What was staged of them waits in files that somebody sent, theirs or another's.
async function takeFromImports(database: Database, scope: Scope, user: User): Promise<void> {
  const ofTenant = database.knex('imports').select('id').where({ tenant_id: scope.tenant.id });
  await database.knex('import_rows').whereIn('import_id', ofTenant).where({ username: user.username }).delete();
  await database.knex('imports').where({ tenant_id: scope.tenant.id, user_id: user.id }).delete();
}

// What they asked for, answered, or were to have done to them: others wrote of them in it.
async function takeFromApprovals(database: Database, scope: Scope, { id }: User): Promise<void> {
  const concerns = ['asker_id', 'decider_id', 'target_id'].map((column) => `${column} = ?`).join(' or ');
  await database
    .knex('approvals')
    .where({ tenant_id: scope.tenant.id })
    .whereRaw(`(${concerns} or subject like ?)`, [id, id, id, `%"${id}"%`])
    .delete();
}

/** @returns some deleted users, of one tenant or of all, deleted at a time, epoch ms, or before: the longest ago first */
export async function findOverdueAcrossTenants(
  database: Database,
  deletedBefore: number,
  most: number,
  tenantId?: string,
): Promise<OverdueUser[]> {
  const query = database
    .knex('users')
    .join('tenants', 'tenants.id', 'users.tenant_id')
    .select('users.id', 'users.tenant_id', 'tenants.name', 'tenants.language', 'tenants.own_rules')
    // Spelt out, not bound: only then does it fit the index of the few who are deleted.
    .whereRaw("users.state = 'deleted'")
    .where('users.deleted_at', '<=', deletedBefore)
    // Those of a tenant that moves are removed where it arrives.
    .whereNot('tenants.state', 'moving')
    // So do operators whose name stands in the log of such a tenant: their turn comes when it has moved, or stays.
    .whereNotExists(
      database
        .knex('support_grants')
        .join('tenants as supported', 'supported.id', 'support_grants.tenant_id')
        .whereRaw('support_grants.operator_id = users.id')
        .where('supported.state', 'moving'),
    )
    .orderBy('users.deleted_at')
    .limit(most);
  if (tenantId !== undefined) query.where('users.tenant_id', tenantId);
  const rows = (await query) as OverdueRow[];
  return rows.map(({ id, tenant_id, name, language, own_rules }) => ({
    id,
    tenant: { id: tenant_id, name, language, ownRules: readOwnRules(own_rules) },
  }));
}

/** @returns the tenants in whose logs somebody may stand as an operator's support, in the order in which they are locked */
export async function tenantsActedIn(database: Database, user: User): Promise<string[]> {
  return database
    .knex('support_grants')
    .where({ operator_id: user.id })
    .distinct()
    .orderBy('tenant_id')
    .pluck('tenant_id');
}

/** Removes a deleted user, and their name from wherever else it stands. Their entries in the log stay, without it. @param actedIn locked */
export async function erase(database: Database, scope: Scope, user: User, actedIn: readonly string[]): Promise<void> {
  const { id } = scope.tenant;
  for (const each of [id, ...actedIn]) await takeFromTenant(database, each, scope, user);
  await takeFromGrants(database, id, user);
  await takeFromImports(database, scope, user);
  await takeFromApprovals(database, scope, user);
  await database.knex('user_sessions').where({ user_id: user.id }).delete();
  await database.knex('users').where({ tenant_id: id, id: user.id, state: 'deleted' }).delete();
}

/** Takes a name out of browsers' sessions: typed at a sign-in, or to be said on somebody's next page. */
export async function takeFromSessions(database: Database, { username, displayName }: User): Promise<void> {
  const rows = await database
    .knex<{ key: string; data: string }>('sessions')
    .select()
    .whereRaw("data like ? escape '\\'", [holding(username)])
    .orWhereRaw("data like ? escape '\\'", [holding(displayName)]);
  for (const { key, data } of rows) {
    const { username: _username, notice: _notice, ...rest } = JSON.parse(data) as Record<string, unknown>;
    await database
      .knex('sessions')
      .where({ key })
      .update({ data: JSON.stringify(rest) });
  }
}

// As it stands within JSON; what means something to `like` is taken by the letter.
const holding = (text: string): string => `%${JSON.stringify(text).replace(/[\\%_]/g, '\\$&')}%`;

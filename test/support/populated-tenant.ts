import { randomUUID } from 'node:crypto';
import { aStoredRequest } from './approvals.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import type { MovingRegion } from './moving.ts';
import { editUser } from './edit-user.ts';
import { aPerson, type Person } from './person.ts';

const list = '/account-settings/user-management';
const english = { 'Accept-Language': 'en' };
const theirs = { ...english, 'X-Forwarded-For': '198.51.100.77', 'User-Agent': 'Canarium/7' };

/**
 * Values that identify the tenant or its users. Its domain is not among them, because the record of the move keeps it.
 */
export const canaries = [
  ...['Kanarienvogel', 'Zeisig', 'Stieglitz', 'Gimpel', 'Dompfaff', 'hänfling', 'sperling'],
  ...['198.51.100.77', 'Canarium', 'canary-file.csv', 'zeisig@', 'gimpel@', 'dompfaff@'],
];

export interface PopulatedTenant {
  readonly tenant: TestTenant;
  readonly admin: TestUser;
  readonly user: TestUser;
  readonly blocked: TestUser;
  readonly deleted: TestUser;
  readonly temporary: TestUser;
  /** A user of the tenant who is signed in when the move starts. */
  readonly signedIn: Person;
  /** A signed-in user of another tenant in the same region. */
  readonly neighbour: Person;
}

/** Creates a tenant with identifying values in every table of tenants, and another tenant in the same region. */
export async function aPopulatedTenant({ portal }: MovingRegion): Promise<PopulatedTenant> {
  const other = await aTenant(portal, { name: 'Nachbar GmbH', language: 'en' });
  const neighbour = await aPerson(portal, english).signIn(
    await aUser(portal, other, { displayName: 'Ada Nachbar', administratorLevel: 'global' }),
  );
  const domain = `${randomUUID().slice(0, 8)}.example`;
  const tenant = await aTenant(portal, { name: 'Kanarienvogel AG', domain, language: 'en' });
  const person = (name: string, overrides: Partial<TestUser> = {}): Promise<TestUser> =>
    aUser(portal, tenant, {
      ...{ displayName: `${name} Öttl`, username: `${name.toLowerCase()}@${domain}`, agentLevel: 'sales' },
      ...overrides,
    });
  const admin = await person('Zeisig', { administratorLevel: 'global', language: 'fr' });
  const user = await person('Gimpel');
  const blocked = await person('Dompfaff', { state: 'blocked' });
  const temporary = await person('Haenfling', { displayName: 'Hänfling hänfling', password: 'temporary' });
  const deleted = await person('Sperling', { displayName: 'sperling sperling' });
  const gone = await person('Girlitz', { displayName: 'girlitz girlitz' });
  const signedIn = await aPerson(portal, theirs).signIn(admin);
  const post = (path: string, fields: Record<string, string> = {}) => signedIn.send('POST', `${list}/${path}`, fields);
  await post(`${deleted.id}/delete`);
  await post(`${gone.id}/delete`);
  await post(`${gone.id}/erase`);
  await editUser(signedIn, temporary.id, {
    firstName: 'Stieglitz',
    lastName: 'hänfling',
    displayName: 'Stieglitz hänfling',
  });
  await post(`${blocked.id}/unblock`);
  await post(`${blocked.id}/block`);
  await portal.database.knex('users').where({ id: blocked.id }).update({ global_admin_until: portal.clock.now });
  // A wrong password leaves a failed attempt that counts, and a session in which the sign-in is pending.
  const visitor = await aPerson(portal, theirs).visit('/sign-in');
  await visitor.submit('Next', { 'User name': user.username });
  await visitor.send('POST', '/sign-in/password', { password: 'wrong' });
  await stage(portal, tenant, admin);
  await aStoredRequest(portal, tenant, admin);
  await handOut(portal, tenant, admin);
  return { tenant, admin, user, blocked, deleted, temporary, signedIn, neighbour };
}

async function stage({ database, clock }: MovingRegion['portal'], tenant: TestTenant, admin: TestUser): Promise<void> {
  const own = { tenant_id: tenant.id, user_id: admin.id };
  const at = clock.now;
  const id = randomUUID();
  await database.knex('imports').insert({
    id,
    ...own,
    file_name: 'canary-file.csv',
    state: 'staged',
    notes: '{}',
    created_at: at,
    expires_at: at + 86_400_000,
  });
  const names = { username: `stieglitz@${tenant.domain}`, display_name: 'Stieglitz', data: '{"first":"Stieglitz"}' };
  await database.knex('import_rows').insert({ import_id: id, line: 2, outcome: 'added', ...names });
}

async function handOut(
  { database, clock }: MovingRegion['portal'],
  { id }: TestTenant,
  admin: TestUser,
): Promise<void> {
  const at = clock.now;
  const own = { id: randomUUID(), tenant_id: id };
  const grant = { operator_id: randomUUID(), granted_by: admin.id, purpose: 'Zeisig needs help', level: 'look' };
  await database.knex('support_grants').insert({ ...own, ...grant, granted_at: at, ends_at: at + 1 });
  const link = { user_id: admin.id, digest: randomUUID(), purpose: 'handOver', epoch: 0 };
  await database.knex('one_time_links').insert({ ...own, ...link, created_at: at, expires_at: at + 1 });
  const totp = { user_id: admin.id, kind: 'totp', secret: 'sealed', key_id: 'a key', used_steps: '1', created_at: at };
  await database.knex('credentials').insert(totp);
  const code = { user_id: admin.id, kind: 'recoveryCode', secret: randomUUID(), created_at: at };
  await database.knex('credentials').insert(code);
}

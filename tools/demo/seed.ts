import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Config } from '../../src/platform/config/config.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { prepareRegion } from '../../src/platform/prepare-region.ts';
import {
  normalizePassword,
  temporaryAlphabet,
  temporaryPassword,
  temporaryPasswordBytes,
} from '../../src/domain/people/password.ts';
import { temporaryPasswordLifetimeMs, type RegionRules } from '../../src/domain/regions.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { tenantsStore, usersStore, type NewUser } from '../../src/core/accounts/index.ts';
import { activityStore } from '../../src/core/activity/index.ts';
import { directoryStore } from '../../src/core/directory/index.ts';
import type { DemoPerson } from './people.ts';
import { demoTenants, type DemoTenant } from './tenants.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { operator } from '../../src/domain/principal.ts';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';

/** The sign-in details of a demo user, as the demo prints them. */
export interface DemoLogin {
  readonly region: string;
  readonly tenant: string;
  readonly name: string;
  readonly level: string;
  readonly username: string;
  readonly password: string;
  readonly address: string;
}

interface SeedContext {
  readonly config: Config;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly now: number;
}

/**
 * Fills an empty region with generated tenants, and its directory with the domains of all demo regions.
 * @returns the sign-in details of the listed users, with new passwords
 */
export async function seedRegion(
  config: Config,
  regions: readonly ('worldwide' | 'germany')[],
  now: number,
): Promise<DemoLogin[]> {
  await prepareRegion(config);
  const database = openSubscribedDatabase(config.database);
  try {
    const parts: SeedContext = { config, database, hasher: createHasher(), now };
    const routes = regions.flatMap((region) =>
      demoTenants(region, now).flatMap(({ domains }) => domains.map((domain) => ({ domain, region }))),
    );
    await directoryStore.upsert(parts.database, routes);
    const logins: DemoLogin[] = [];
    for (const tenant of demoTenants(config.rules.region as 'worldwide' | 'germany', now)) {
      logins.push(...(await seedTenant(parts, tenant)));
    }
    return logins;
  } finally {
    await database.close();
  }
}

async function seedTenant({ config, database, hasher, now }: SeedContext, tenant: DemoTenant): Promise<DemoLogin[]> {
  const { rules } = config;
  const { name, language, domains, people } = tenant;
  const id = randomUUID();
  const scope = createScope({
    rules,
    language,
    requestId: 'demo',
    now,
    address: null,
    tenant: { id, name, language },
    principal: operator,
  });
  const secrets = await issueSecrets(
    people.filter(({ listed }) => listed),
    hasher,
  );
  const createdAt = Math.min(...people.map((person) => person.createdAt));
  await database.transaction(async (tx) => {
    await tenantsStore.insert(tx, { id, name, language, state: 'active', createdAt, domains });
    for (const person of people) {
      await seedPerson(tx, scope, person, secrets.get(person)?.hash ?? hasher.decoy, now);
    }
  });
  return [...secrets].map(([person, { password }]) => ({
    region: rules.region,
    tenant: name,
    name: person.displayName,
    level: levelOf(person),
    username: person.username,
    password,
    address: config.baseUrl.origin,
  }));
}

async function issueSecrets(
  people: readonly DemoPerson[],
  hasher: Hasher,
): Promise<Map<DemoPerson, { password: string; hash: string }>> {
  const secrets = new Map<DemoPerson, { password: string; hash: string }>();
  for (const person of people) {
    const password =
      person.state === 'pending' ? temporaryPassword(randomBytes(temporaryPasswordBytes)) : demoPassword();
    secrets.set(person, { password, hash: await hasher.hash(normalizePassword(password)) });
  }
  return secrets;
}

const lettersAndDigits = [...temporaryAlphabet.replace('L', '').toLowerCase()];

/**
 * @returns a password of 79 random bits in a different format from that of a temporary password, so that the two are
 * not confused
 */
export function demoPassword(): string {
  const group = (): string =>
    Array.from({ length: 4 }, () => lettersAndDigits[randomInt(lettersAndDigits.length)]).join('');
  return `demo-${group()}-${group()}-${group()}-${group()}`;
}

async function seedPerson(
  tx: Database,
  scope: Scope,
  person: DemoPerson,
  passwordHash: string,
  now: number,
): Promise<void> {
  const user = toNewUser(person, passwordHash, scope.rules, now);
  await usersStore.insert(tx, scope, user);
  await activityStore.record(tx, scope, { kind: 'user.added' }, user.id, person.createdAt);
  if (person.lastSignInAt !== null) {
    await activityStore.recordSignIn(
      tx,
      scope,
      { id: user.id, tenantId: scope.tenant.id },
      { kind: 'signIn.succeeded' },
      person.lastSignInAt,
    );
  }
  if (person.state === 'blocked') {
    await activityStore.record(tx, scope, { kind: 'user.blocked' }, user.id, person.lastSignInAt ?? person.createdAt);
  }
}

function toNewUser(person: DemoPerson, passwordHash: string, rules: RegionRules, now: number): NewUser {
  const { firstName, lastName, displayName, username, administratorLevel, agentLevel, language } = person;
  const pending = person.state === 'pending';
  return {
    id: randomUUID(),
    firstName,
    lastName,
    displayName,
    username,
    administratorLevel,
    agentLevel,
    language,
    passwordHash,
    state: person.state === 'blocked' ? 'blocked' : 'active',
    password: pending ? 'temporary' : 'own',
    temporaryUntil: pending ? now + temporaryPasswordLifetimeMs(rules) : null,
    passwordSetBy: null,
    passwordSetAt: pending ? now : person.createdAt,
    lastSignInAt: person.lastSignInAt,
    createdAt: person.createdAt,
  };
}

function levelOf({ administratorLevel, agentLevel, state }: DemoPerson): string {
  const levels = {
    global: 'Global admin',
    userManagement: 'User management admin',
    billing: 'Billing admin',
    none: '',
  }[administratorLevel];
  const agents = { admin: 'Admin agent', sales: 'Sales agent', helpdesk: 'Helpdesk agent', none: '' }[agentLevel];
  const shown = [levels, agents].filter(Boolean).join(', ') || 'No admin';
  return state === 'pending' ? `${shown}, temporary password` : shown;
}

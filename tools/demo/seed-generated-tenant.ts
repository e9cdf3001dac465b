import { randomUUID } from 'node:crypto';
import type { Config } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { longTimeouts } from '../../src/platform/database/open.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { normalizePassword } from '../../src/domain/people/password.ts';
import { createScope } from '../../src/domain/scope.ts';
import { tenantsStore, usersStore, type NewUser } from '../../src/core/accounts/index.ts';
import { directoryStore } from '../../src/core/directory/index.ts';
import { generateUsers } from './generated-users.ts';
import { withoutIndexes } from './without-indexes.ts';
import { seededRandom } from './names.ts';
import { demoPassword, type DemoLogin } from './seed.ts';
import { operator } from '../../src/domain/principal.ts';
import { createHasher } from '../../src/platform/keys/hasher.ts';

const batchSize = 10_000;
const largeTenant = { name: 'Compagnie du Grand Large', domain: 'grand-large.example' };

interface GeneratedTenant {
  readonly name: string;
  readonly domain: string;
  readonly users: number;
  /** The password hash of the first user, who is a Global admin, and that of all other users. */
  readonly passwordHashes: readonly [string, string];
}

/**
 * Adds a tenant with any number of generated users, who are determined by the seed.
 * @returns the user name of its Global admin
 */
export async function seedGeneratedTenant(
  database: Database,
  { rules }: Config,
  { name, domain, users, passwordHashes: [passwordHash, others] }: GeneratedTenant,
  { now, seed, progress }: { now: number; seed: number; progress?: (left: number) => void },
): Promise<string> {
  const tenant = { id: randomUUID(), name, language: 'fr' } as const;
  const scope = createScope({
    rules,
    language: 'fr',
    requestId: 'demo',
    now,
    address: null,
    tenant,
    principal: operator,
  });
  await tenantsStore.insert(database, { ...tenant, state: 'active', createdAt: now, domains: [domain] });
  const people = generateUsers({ domain, rules, now, passwordHash: others }, seededRandom(seed));
  const named = { firstName: 'Solène', lastName: 'Kervella', displayName: 'Solène Kervella' };
  const username = `global.admin@${domain}`;
  const account = { administratorLevel: 'global', agentLevel: 'none', state: 'active', password: 'own' } as const;
  const dates = { temporaryUntil: null, passwordSetBy: null, passwordSetAt: now, lastSignInAt: null, createdAt: now };
  const admin = { id: randomUUID(), language: null, username, passwordHash, ...named, ...account, ...dates };
  await usersStore.insert(database, scope, admin);
  for (let left = users - 1; left > 0; left -= batchSize) {
    progress?.(left);
    await usersStore.insertMany(database, scope, takeNext(people, Math.min(left, batchSize)));
  }
  return username;
}

const takeNext = (people: Generator<NewUser, never>, count: number): NewUser[] =>
  Array.from({ length: count }, () => people.next().value);

/** Runs `work`, which seeds a database, without indexes and with a large cache. The database must not be in use. */
export async function seedWithoutIndexes(database: Database, work: () => Promise<void>): Promise<void> {
  if (database.dialect === 'sqlite') await database.knex.raw('pragma cache_size = -262144');
  await withoutIndexes(database, work);
}

/**
 * Adds the demo's large tenant.
 * @param progress called with the number of users still to be generated
 * @returns the sign-in details of its Global admin
 */
export async function seedLargeTenant(
  config: Config,
  users: number,
  now: number,
  progress: (left: number) => void,
): Promise<DemoLogin> {
  const database = openSubscribedDatabase(config.database, longTimeouts);
  try {
    const hasher = createHasher();
    const password = demoPassword();
    const passwordHashes = [await hasher.hash(normalizePassword(password)), hasher.decoy] as const;
    let username = '';
    await seedWithoutIndexes(database, async () => {
      username = await seedGeneratedTenant(
        database,
        config,
        { ...largeTenant, users, passwordHashes },
        { now, seed: 2017, progress },
      );
    });
    const { name: tenant, domain } = largeTenant;
    await directoryStore.upsert(database, [{ domain, region: config.rules.region }]);
    const who = { name: 'Solène Kervella', level: `Global admin of ${users.toLocaleString('en')} users` };
    return { region: config.rules.region, tenant, ...who, username, password, address: config.baseUrl.origin };
  } finally {
    await database.close();
  }
}

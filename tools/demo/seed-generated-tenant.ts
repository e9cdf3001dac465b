import { randomUUID } from 'node:crypto';
import type { Config } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { longTimeouts } from '../../src/platform/database/open.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { normalizePassword } from '../../src/domain/people/password.ts';
import { createScope } from '../../src/domain/scope.ts';
import { tenantsStore, usersStore, type NewUser } from '../../src/core/accounts/index.ts';
import { directoryStore } from '../../src/core/directory/index.ts';
import { crowd } from './generated-users.ts';
import { withoutIndexes } from './without-indexes.ts';
import { seededRandom } from './names.ts';
import { ownPassword, type DemoLogin } from './seed.ts';
import { operator } from '../../src/domain/principal.ts';
import { createHasher } from '../../src/platform/keys/hasher.ts';

const atOnce = 10_000;
const bigCompany = { name: 'Compagnie du Grand Large', domain: 'grand-large.example' };

interface Company {
  readonly name: string;
  readonly domain: string;
  readonly users: number;
  /** Of the first user, who is a Global admin; of all others. */
  readonly passwordHashes: readonly [string, string];
}

/** Adds a tenant with any number of made-up people, the same ones for the same seed. @returns the user name of its Global admin */
export async function seedCompany(
  database: Database,
  { rules }: Config,
  { name, domain, users, passwordHashes: [passwordHash, others] }: Company,
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
  const people = crowd({ domain, rules, now, passwordHash: others }, seededRandom(seed));
  const named = { firstName: 'Solène', lastName: 'Kervella', displayName: 'Solène Kervella' };
  const username = `global.admin@${domain}`;
  const standing = { administratorLevel: 'global', agentLevel: 'none', state: 'active', password: 'own' } as const;
  const dates = { temporaryUntil: null, passwordSetBy: null, passwordSetAt: now, lastSignInAt: null, createdAt: now };
  const admin = { id: randomUUID(), language: null, username, passwordHash, ...named, ...standing, ...dates };
  await usersStore.insert(database, scope, admin);
  for (let left = users - 1; left > 0; left -= atOnce) {
    progress?.(left);
    await usersStore.insertMany(database, scope, next(people, Math.min(left, atOnce)));
  }
  return username;
}

const next = (people: Generator<NewUser, never>, count: number): NewUser[] =>
  Array.from({ length: count }, () => people.next().value);

/** Runs some seeding as fast as a database takes it that nobody else uses yet. */
export async function seedFast(database: Database, work: () => Promise<void>): Promise<void> {
  if (database.dialect === 'sqlite') await database.knex.raw('pragma cache_size = -262144');
  await withoutIndexes(database, work);
}

/**
 * Adds the demo's big company.
 * @param progress is told how many users are still to be made
 * @returns how its Global admin signs in
 */
export async function seedBigCompany(
  config: Config,
  users: number,
  now: number,
  progress: (left: number) => void,
): Promise<DemoLogin> {
  const database = openSubscribedDatabase(config.database, longTimeouts);
  try {
    const hasher = await createHasher();
    const password = ownPassword();
    const passwordHashes = [await hasher.hash(normalizePassword(password)), hasher.decoy] as const;
    let username = '';
    await seedFast(database, async () => {
      username = await seedCompany(
        database,
        config,
        { ...bigCompany, users, passwordHashes },
        { now, seed: 2017, progress },
      );
    });
    const { name: tenant, domain } = bigCompany;
    await directoryStore.put(database, [{ domain, region: config.rules.region }]);
    const who = { name: 'Solène Kervella', level: `Global admin of ${users.toLocaleString('en')} users` };
    return { region: config.rules.region, tenant, ...who, username, password, address: config.baseUrl.origin };
  } finally {
    await database.close();
  }
}

import { randomUUID } from 'node:crypto';
import { readConfig } from '../src/platform/config/config.ts';
import { openSubscribedDatabase } from '../src/core/open-database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createScope } from '../src/domain/scope.ts';
import { normalizePassword } from '../src/domain/people/password.ts';
import { tenantsStore, usersStore } from '../src/core/accounts/index.ts';
import { demoTenants } from '../tools/demo/tenants.ts';
import { password } from './visitor.ts';
import { operator } from '../src/domain/principal.ts';
import { createHasher } from '../src/platform/keys/hasher.ts';

export interface SeededTenant {
  /** The user names of two Global admins. */
  readonly usernames: readonly [string, string];
  readonly domain: string;
}

/** Fills a new SQLite database, or the database in `DATABASE_URL`, with one tenant of `userCount` users. */
export async function seedTenant(directory: string, userCount: number): Promise<SeededTenant> {
  const { config } = readConfig({ ...process.env, DATA_DIR: directory });
  if (config === null) throw new Error('The environment is invalid');
  await migrate(config.database);
  const database = openSubscribedDatabase(config.database);
  const [lumiere] = demoTenants('worldwide', Date.now());
  if (lumiere === undefined) throw new Error('The demo has no tenants');
  const tenant = { id: randomUUID(), name: lumiere.name, language: 'fr' } as const;
  const scope = createScope({
    rules: config.rules,
    language: 'fr',
    requestId: 'bench',
    now: Date.now(),
    address: null,
    tenant,
    principal: operator,
  });
  const passwordHash = await createHasher().hash(normalizePassword(password));
  const usernameOf = (index: number): string => `${index}.${personAt(index).username}`;
  const personAt = (index: number) => {
    const person = lumiere.people[index % lumiere.people.length];
    if (person === undefined) throw new Error('The demo tenant has no users');
    return person;
  };
  await database.transaction(async (database) => {
    await tenantsStore.insert(database, {
      ...tenant,
      state: 'active',
      createdAt: Date.now(),
      domains: lumiere.domains,
    });
    const people = Array.from({ length: userCount }, (_, index) => {
      const { state: _state, listed: _listed, ...facts } = personAt(index);
      return {
        ...facts,
        id: randomUUID(),
        username: usernameOf(index),
        administratorLevel: index < 2 ? ('global' as const) : facts.administratorLevel,
        state: 'active' as const,
        password: 'own' as const,
        temporaryUntil: null,
        passwordSetBy: null,
        passwordSetAt: facts.createdAt,
        passwordHash,
      };
    });
    await usersStore.insertMany(database, scope, people);
  });
  await database.close();
  return { usernames: [usernameOf(0), usernameOf(1)], domain: lumiere.domains[0] ?? '' };
}

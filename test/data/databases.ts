import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { serverTimeouts } from '../../src/platform/database/open.ts';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { builtInRulesFile, readRules } from '../../src/platform/config/rules.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import type { RegionRules } from '../../src/domain/regions.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { skipWithout } from '../support/services.ts';
import { copyTemplate } from '../support/templates.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { operator, person } from '../../src/domain/principal.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** @returns a folder that is deleted when the test files of this process have finished */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parvis-data-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const sqliteFile = (): DatabaseConfig & { kind: 'sqlite' } => ({
  kind: 'sqlite',
  file: path.join(temporaryFolder(), 'parvis.sqlite'),
});

/**
 * @returns both databases, for tests that run on each: `for (const { config, skip } of eachDialect(await postgres()))`
 */
export function eachDialect(
  server: { url: string } | null,
): { dialect: string; config: DatabaseConfig; skip: string | false }[] {
  return [
    { dialect: 'SQLite', config: sqliteFile(), skip: false },
    {
      dialect: 'PostgreSQL',
      config: { kind: 'postgres', url: server?.url ?? '' },
      skip: skipWithout('postgres', server),
    },
  ];
}

/** Opens a migrated database, which is closed when all test files of the process have finished. */
export async function open(config: DatabaseConfig): Promise<{ database: Database }> {
  copyTemplate(config);
  await migrate(config);
  // No statement timeout: tests of SQLite in the same process block the event loop and would delay PostgreSQL's
  // results.
  const database = openSubscribedDatabase(config, { statementMs: 0, lockMs: serverTimeouts.lockMs });
  closers.push(() => database.close());
  return { database };
}

export const worldwide: RegionRules = readRules(builtInRulesFile('worldwide')!).rules!;

export const start = Date.UTC(2026, 10, 23, 9, 0);

/** Adds a tenant. @returns the operator's scope in it */
export async function newTenant(database: Database, name = 'Ateliers Lumière', language = 'fr'): Promise<Scope> {
  const id = randomUUID();
  const tenant = { id, name, language };
  await tenantsStore.insert(database, { ...tenant, state: 'active', createdAt: start, domains: [`${id}.example`] });
  return createScope({
    rules: worldwide,
    language: 'fr',
    requestId: randomUUID(),
    now: start,
    address: '192.0.2.7',
    tenant,
    principal: operator,
  });
}

/** @returns a new user for the stores. The password hash is not valid */
export function newUser(overrides: Partial<NewUser> = {}): NewUser {
  const id = overrides.id ?? randomUUID();
  return {
    id,
    username: `user-${id}@a.example`,
    firstName: 'Zoé',
    lastName: 'Besson',
    displayName: 'Zoé Besson',
    administratorLevel: 'none',
    agentLevel: 'none',
    language: null,
    state: 'active',
    password: 'own',
    temporaryUntil: null,
    passwordSetBy: null,
    passwordSetAt: start,
    lastSignInAt: null,
    createdAt: start,
    passwordHash: 'first hash',
    ...overrides,
  };
}

/** @returns a user as the stores return it, without the password */
export function withoutPassword(user: NewUser) {
  const { passwordHash: _hash, passwordSetBy: _by, passwordSetAt: _at, ...shown } = user;
  return shown;
}

/** @returns the scope with this user as its principal */
export const actingAs = (scope: Scope, user: NewUser): Scope => createScope({ ...scope, principal: person(user) });

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { readConfig } from '../src/platform/config/config.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { openSubscribedDatabase } from '../src/core/open-database.ts';
import { seedGeneratedTenant, seedWithoutIndexes } from '../tools/demo/seed-generated-tenant.ts';
import { normalizePassword } from '../src/domain/people/password.ts';
import { startPostgres } from '../test/support/servers.ts';
import { startMeasured, type Measured } from './measured-process.ts';
import { createVisitor, password } from './visitor.ts';
import type { Database } from '../src/platform/database/database.ts';
import { longTimeouts } from '../src/platform/database/open.ts';
import { createHasher } from '../src/platform/keys/hasher.ts';

export interface Person {
  readonly display_name: string;
  readonly first_name: string;
  readonly username: string;
}

/** A portal on a new database with generated tenants, and with a signed-in Global admin of one of them. */
export interface SizedPortal {
  readonly portal: Measured;
  readonly headers: Record<string, string>;
  /** Random users of that tenant: `rare` contains users with a rare last name, `people` users with any name. */
  readonly rare: readonly Person[];
  readonly people: readonly Person[];
  readonly fillSeconds: number;
}

const closers: (() => unknown)[] = [];

/** Stops and deletes everything that the benchmark has started or created. */
export async function close(): Promise<void> {
  for (const each of closers.reverse()) await each();
}

/**
 * @returns a function that creates a database on the server in TEST_POSTGRES_URL, or on one that this function starts;
 * null if neither is available
 */
export async function postgresDatabases(): Promise<(() => Promise<string>) | null> {
  const started = process.env.TEST_POSTGRES_URL ? null : await startPostgres();
  const server = process.env.TEST_POSTGRES_URL ?? started?.url;
  if (!server) return null;
  if (started) closers.push(started.stop);
  const execute = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  return async () => {
    const name = `parvis_bench_${randomBytes(6).toString('hex')}`;
    await execute(`create database ${name} template template0`);
    closers.push(() => execute(`drop database ${name} with (force)`));
    return Object.assign(new URL(server), { pathname: `/${name}` }).href;
  };
}

const secret = (): string => randomBytes(32).toString('hex');

/** @param databaseUrl the URL of a PostgreSQL database; null for a SQLite file */
export async function startSizedPortal(
  databaseUrl: string | null,
  tenants: number,
  users: number,
): Promise<SizedPortal> {
  const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const environment = {
    DATA_DIR: directory,
    ...(databaseUrl === null
      ? {}
      : { DATABASE_URL: databaseUrl, SESSION_SECRETS: secret(), SECOND_FACTOR_KEYS: secret() }),
  };
  const startedAt = performance.now();
  const drawn = await fill(environment, tenants, users);
  const fillSeconds = (performance.now() - startedAt) / 1_000;
  const portal = await startMeasured('child-portal.ts', environment);
  closers.push(() => portal.stop());
  const admin = await createVisitor(portal.origin).signIn(`global.admin@company-${Math.ceil(tenants / 2)}.example`);
  return { portal, headers: { Cookie: admin.cookies(), 'Accept-Language': 'fr' }, ...drawn, fillSeconds };
}

const maxDrawn = 500;

async function fill(
  environment: Record<string, string>,
  tenants: number,
  users: number,
): Promise<Pick<SizedPortal, 'people' | 'rare'>> {
  const { config } = readConfig(environment);
  if (config === null) throw new Error('The environment is invalid');
  await migrate(config.database);
  const database = openSubscribedDatabase(config.database, longTimeouts);
  const hash = await createHasher().hash(normalizePassword(password));
  const passwordHashes = [hash, hash] as const;
  const seed = async (tx: Database, each: number): Promise<void> => {
    const tenant = { name: `Tenant ${each}`, domain: `company-${each}.example`, users, passwordHashes };
    await seedGeneratedTenant(tx, config, tenant, { now: Date.now(), seed: each });
  };
  await seedWithoutIndexes(database, async () => {
    if (tenants === 1) return seed(database, 1);
    for (let first = 1; first <= tenants; first += 100) {
      await database.transaction(async (tx) => {
        for (let each = first; each < first + 100 && each <= tenants; each++) await seed(tx, each);
      });
    }
  });
  const own = `%@company-${Math.ceil(tenants / 2)}.example`;
  const some = database.knex('users').where('username', 'like', own).where('state', 'active');
  const random = some.clone().orderByRaw('random()').limit(maxDrawn);
  const few = some.clone().groupBy('last_name').orderByRaw('count(*), last_name').limit(maxDrawn).select('last_name');
  const columns = ['display_name', 'first_name', 'username'];
  const people = await random.clone().select<Person[]>(columns);
  const rare = await random.clone().whereIn('last_name', few).select<Person[]>(columns);
  await database.close();
  return { people, rare };
}

import path from 'node:path';
import { openDatabase } from '../../src/platform/database/open.ts';
import { createScope } from '../../src/domain/scope.ts';
import { operator } from '../../src/domain/principal.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { newUser, worldwide } from '../data/databases.ts';
import { dataDirectory, json } from './command.ts';

const REGION_URLS = 'worldwide=http://localhost:3000,germany=http://localhost:3001';
export const here = { DATA_DIR: dataDirectory(), REGION_URLS };
export const there = { DATA_DIR: dataDirectory(), REGION: 'germany', BASE_URL: 'http://localhost:3001', REGION_URLS };
const passwordHash =
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

export interface Tenants {
  readonly tenants: readonly { id: string; status: string; users: number; unlisted?: boolean }[];
}
export const findTenant = async (environment: typeof here) =>
  (await json<Tenants>(['tenant', 'list'], environment)).tenants[0];

async function withStores<T>(environment: typeof here, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ kind: 'sqlite', file: path.join(environment.DATA_DIR, 'parvis.sqlite') });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Adds a tenant with an administrator and further users. @returns its ID */
export async function addTenant(users: number, domain = 'zeisig.example'): Promise<string> {
  const names = ['--name', 'Kanarienvogel AG', '--admin-name', 'Ada Zeisig', '--admin-username', `ada@${domain}`];
  const { tenantId } = await json<{ tenantId: string }>(
    ['tenant', 'add', ...names, '--domain', domain, '--language', 'en'],
    here,
  );
  await withStores(here, (database) => {
    const tenant = { id: tenantId, name: 'Kanarienvogel AG', language: 'en' } as const;
    const scope = createScope({
      rules: worldwide,
      language: 'en',
      requestId: 'r',
      now: 0,
      address: null,
      tenant,
      principal: operator,
    });
    const people = Array.from({ length: users }, (_, n) => newUser({ username: `gimpel${n}@${domain}`, passwordHash }));
    return usersStore.insertMany(database, scope, people);
  });
  return tenantId;
}

/** @returns the arguments that accept the key of a region */
export async function acceptKeyOf(environment: typeof here): Promise<string[]> {
  const { fingerprint } = await json<{ fingerprint: string }>(['region', 'key'], environment);
  return ['--accept-key', fingerprint];
}

import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as importJobStore from '../../src/core/imports/import-job.store.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import type { PlannedRow } from '../../src/domain/imports.ts';
import type { Scope } from '../../src/domain/scope.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { actingAs, newTenant, newUser, start } from './databases.ts';

export const tomorrow = start + 86_400_000;
const none = { added: 0, changed: 0, unchanged: 0, refused: 0 };

/** Creates a tenant with a Global admin. @returns the scope of this administrator */
export async function newAdmin(database: Database): Promise<Scope> {
  const scope = await newTenant(database);
  const admin = newUser({ administratorLevel: 'global' });
  await usersStore.insert(database, scope, admin);
  return actingAs(scope, admin);
}

/** Stages an import of these rows, without counting them. @returns its ID */
export async function newImport(
  database: Database,
  scope: Scope,
  { rows, expiresAt }: { readonly rows: readonly PlannedRow[]; readonly expiresAt: number },
): Promise<string> {
  const staging = await importsStore.begin(database, scope, { fileName: 'a.csv', at: start, expiresAt });
  await staging.add(rows);
  await staging.stage(none);
  return staging.id;
}

/** Creates a finished import. @returns its ID, and the IDs of the users that it added */
export async function finishImport(
  database: Database,
  scope: Scope,
  count: number,
): Promise<{ id: string; ids: string[] }> {
  const users = Array.from({ length: count }, () => newUser({ password: 'temporary', temporaryUntil: start }));
  await usersStore.insertMany(database, scope, users);
  const levels = { administratorLevel: 'none', agentLevel: 'none' } as const;
  const facts = { ...levels, firstName: '', lastName: '', language: null };
  const rows = users.map(({ id, username, displayName }, index): PlannedRow => {
    const user = { ...facts, displayName };
    return { line: index + 2, username, displayName, outcome: 'added', userId: id, user };
  });
  const id = await newImport(database, scope, { rows, expiresAt: tomorrow });
  const end = { counts: none, abortReason: null, at: start, expiresAt: tomorrow };
  await importJobStore.finish(database, id, { state: 'applied', ...end });
  return { id, ids: users.map((user) => user.id) };
}

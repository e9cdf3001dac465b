import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tenantTables } from '../../src/core/moving/tenant-tables.ts';
import { assertNone } from '../support/assert-none.ts';
import { openPortal } from '../support/portal.ts';
import { tablesOf } from '../support/moving.ts';

/** Tables that contain no tenant data, each with the reason. */
const tablesWithoutTenant: Readonly<Record<string, string>> = {
  routes: 'domains and regions',
  directory_keys: 'regions',
  moves: 'the record of the move, which remains',
  bundle_decisions: 'the fingerprints of moves, which remain',
  sessions: 'browser sessions; those with a name are deleted by forgetSessionData',
  throttles: 'counts by digest; deleted by forgetCounts',
  setup: 'the set-up link of an empty region',
  deployment: 'the region of the database',
  processes: 'the running servers',
  password_list: 'the operator’s list of passwords that no user may choose',
  retention_clock: 'the trusted time for deletions',
  retention_periods: 'the retention periods of the region in force',
  users_search: 'updated with users by a trigger',
};
const databaseInternalTables = /^(knex_migrations|sqlite_|users_search_)/;
const tenantReference = /^(tenant|user|actor|target)_id$/;

interface Column {
  readonly table: string;
  readonly name: string;
}

/** @returns columns that could refer to a tenant, in tables that a move neither copies nor deletes */
const unlistedReferences = (columns: readonly Column[], known: readonly string[]): string[] =>
  columns
    .filter(({ table, name }) => tenantReference.test(name) && !known.includes(table))
    .map(({ table, name }) => `${table}.${name}`);

describe('every table of the schema', async () => {
  const portal = await openPortal();
  const { knex } = portal.database;
  const tables = (await tablesOf(portal)).filter((name) => !databaseInternalTables.test(name));
  const columns = (
    await Promise.all(
      tables.map(async (table) => Object.keys(await knex(table).columnInfo()).map((name) => ({ table, name }))),
    )
  ).flat();
  const known = tenantTables.map(({ name }) => name);

  it('is either moved with a tenant or listed as having no tenant data', () => {
    assertNone(tables.filter((name) => !known.includes(name) && !(name in tablesWithoutTenant)));
    assertNone([...known, ...Object.keys(tablesWithoutTenant)].filter((name) => !tables.includes(name)));
  });

  it('is moved if it has a column for a tenant or user, or a foreign key to a moved table', async () => {
    // The table of moves keeps the ids of tenants that no longer exist.
    assertNone(unlistedReferences(columns, [...known, 'moves']));
    const referring = await Promise.all(
      tables.map(async (name) => {
        const keys = await knex.raw<{ table: string }[]>(`pragma foreign_key_list(${name})`);
        return keys.some(({ table }) => known.includes(table)) ? [name] : [];
      }),
    );
    assertNone(referring.flat().filter((name) => !known.includes(name)));
  });

  it('is listed after the tables that it refers to', async () => {
    for (const [index, name] of known.entries()) {
      const keys = await knex.raw<{ table: string }[]>(`pragma foreign_key_list(${name})`);
      const early = keys.filter(({ table }) => known.indexOf(table) > index);
      // Tables that are not copied are only deleted, in reverse order.
      assertNone(tenantTables[index]?.order === null ? [] : early.map(({ table }) => `${name} before ${table}`));
    }
  });

  it('is reported if it is new and not listed', () => {
    const column = { table: 'badges', name: 'user_id' };
    assert.deepEqual(unlistedReferences([...columns, column], [...known, 'moves']), ['badges.user_id']);
    assert.deepEqual(unlistedReferences(columns, known), ['moves.tenant_id']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tenantTables } from '../../src/core/moving/tables.ts';
import { assertNone } from '../support/assert-none.ts';
import { openPortal } from '../support/portal.ts';
import { tablesOf } from '../support/moving.ts';

/** Tables in which no row is a tenant's, each with its reason. */
const ofNoTenant: Readonly<Record<string, string>> = {
  routes: 'domains and regions',
  directory_keys: 'regions',
  moves: 'the fact of the move, which stays',
  sessions: 'browsers, some of which hold a name: forgetSessionData',
  throttles: 'counts under digests: forgetCounts',
  setup: 'the link of an empty region',
  deployment: 'the region itself',
  retention_clock: 'the time by which the region deletes',
  users_search: 'goes with users, by a trigger',
};
const ofTheDatabase = /^(knex_migrations|sqlite_|users_search_)/;
const refersToATenant = /^(tenant|user|actor|target)_id$/;

interface Column {
  readonly table: string;
  readonly name: string;
}

/** Columns that could say whose a row is, in tables that are not moved and not removed. */
const forgotten = (columns: readonly Column[], known: readonly string[]): string[] =>
  columns
    .filter(({ table, name }) => refersToATenant.test(name) && !known.includes(table))
    .map(({ table, name }) => `${table}.${name}`);

describe('every table of the schema', async () => {
  const portal = await openPortal();
  const { knex } = portal.database;
  const tables = (await tablesOf(portal)).filter((name) => !ofTheDatabase.test(name));
  const columns = (
    await Promise.all(
      tables.map(async (table) => Object.keys(await knex(table).columnInfo()).map((name) => ({ table, name }))),
    )
  ).flat();
  const known = tenantTables.map(({ name }) => name);

  it('is a tenant’s, or is said to be nobody’s', () => {
    assertNone(tables.filter((name) => !known.includes(name) && !(name in ofNoTenant)));
    assertNone([...known, ...Object.keys(ofNoTenant)].filter((name) => !tables.includes(name)));
  });

  it('is a tenant’s where a column says so, or where it refers to a table that is', async () => {
    // A move keeps the id of a tenant that is gone: it refers to nothing.
    assertNone(forgotten(columns, [...known, 'moves']));
    const referring = await Promise.all(
      tables.map(async (name) => {
        const keys = await knex.raw<{ table: string }[]>(`pragma foreign_key_list(${name})`);
        return keys.some(({ table }) => known.includes(table)) ? [name] : [];
      }),
    );
    assertNone(referring.flat().filter((name) => !known.includes(name)));
  });

  it('stands behind those that it refers to', async () => {
    for (const [index, name] of known.entries()) {
      const keys = await knex.raw<{ table: string }[]>(`pragma foreign_key_list(${name})`);
      const early = keys.filter(({ table }) => known.indexOf(table) > index);
      // What stays is removed first, from the end of the list.
      assertNone(tenantTables[index]?.order === null ? [] : early.map(({ table }) => `${name} before ${table}`));
    }
  });

  it('would be missed if it were new', () => {
    const column = { table: 'badges', name: 'user_id' };
    assert.deepEqual(forgotten([...columns, column], [...known, 'moves']), ['badges.user_id']);
    assert.deepEqual(forgotten(columns, known), ['moves.tenant_id']);
  });
});

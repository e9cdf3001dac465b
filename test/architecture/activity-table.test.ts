import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { filesQueryingActivity, statementsChangingActivity } from './activity-table.ts';
import { readSources } from './sources.ts';

const source = readSources('src/**/*.ts');
const folder = 'src/core/activity';
const mayAsk = [
  ...[
    'activity.store',
    'append-entries.store',
    'read-entries.store',
    'recent-changes.store',
    'log-query',
    'account-controllers.store',
    'trim.store',
  ].map((file) => `${folder}/${file}.ts`),
  'src/core/retention/expired.store.ts',
  'src/core/retention/future-times.store.ts',
  'src/core/personal-data/erasure.store.ts',
  // An imported activity log is deleted with its whole tenant.
  'src/core/moving/moving.store.ts',
];

/** Statements that may change entries, each with its reason. */
const excused = [
  // Sign-in attempts for unknown users belong to no tenant's hash chain. They are deleted after some time, and their
  // times are corrected after the clock was ahead.
  /\.whereNull\('tenant_id'\)(?!\.where\('at', '>')/,
  /\.whereNull\('tenant_id'\)\.where\('at', '>', latestPlausible\(now\)\)\.update\(\{ at: now \}\)/,
  // Trimming deletes the oldest entries and records it in the chain.
  /\.where\(\{ tenant_id: id \}\)\.where\('place', '<=', place\)\.delete/,
  // Erasure removes personal data; the chain keeps its digest.
  /\.update\(\{ personal: null, personal_salt: null \}\)/,
];

describe('the activity log table', () => {
  test('is queried only by the listed stores', () => {
    for (const path of mayAsk)
      assert.deepEqual(
        filesQueryingActivity(
          source.filter((each) => each.path === path),
          [],
        ),
        [path],
      );
    assertNone(filesQueryingActivity(source, mayAsk));
  });

  test('is changed only by the listed statements', () => {
    assertNone(statementsChangingActivity(source, excused));
    assert.equal(statementsChangingActivity(source, []).length, excused.length);
  });
});

describe('the checks of the activity log table', () => {
  const from = (text: string) => [{ path: 'x.ts', text }];

  for (const text of [
    "await database.knex('activity').where({ id });",
    "knex<Row>('activity')",
    "query.leftJoin('activity as a', 'a.id', 'b.id')",
    'knex.raw(`select * from activity`)',
    'knex.raw(\'delete from "activity"\')',
  ]) {
    test(`report a query outside its store: ${text}`, () =>
      assert.deepEqual(filesQueryingActivity(from(text), []), ['x.ts']));
  }

  test('accept code that only mentions the table', () => {
    assert.deepEqual(
      filesQueryingActivity(from("program.command('activity'); // from activity\nt('activity:title')"), []),
      [],
    );
  });

  for (const text of [
    "await knex('activity').where({ id }).update({ kind });",
    "await knex<Row>('activity')\n  .where({ id })\n  .delete();",
    "knex('activity').insert(row).onConflict('id').merge();",
    "knex.raw('update activity set kind = ?')",
    "knex.raw('DELETE FROM activity')",
  ]) {
    test(`report a statement that changes entries: ${text.replace(/\s+/g, ' ')}`, () =>
      assert.equal(statementsChangingActivity(from(text), excused).length, 1));
  }

  test('accept statements about other tables', () => {
    const text = "await knex('activity').insert(row);\nawait knex('tenants').update({ activity_hash });";
    assert.deepEqual(statementsChangingActivity(from(text), []), []);
  });
});

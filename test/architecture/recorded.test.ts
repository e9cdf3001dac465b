import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { askers, unrecordings } from './recorded.ts';
import { read } from './sources.ts';

const source = read('src/**/*.ts');
const folder = 'src/core/activity';
const mayAsk = [
  ...['activity.store', 'append.store', 'reads.store', 'log-query', 'controllers.store', 'trim.store'].map(
    (file) => `${folder}/${file}.ts`,
  ),
  'src/core/retention/expired.store.ts',
  'src/core/personal-data/erasure.store.ts',
  // A log that was taken in elsewhere goes with its tenant, as a whole.
  'src/core/moving/moving.store.ts',
];

/** Each with its reason. */
const excused = [
  // Tries under names that belong to nobody stand in no tenant's chain.
  /\.whereNull\('tenant_id'\)/,
  // What was kept for long enough goes from the front, and the chain says so.
  /\.where\(\{ tenant_id: id \}\)\.where\('place', '<=', place\)\.delete/,
  // What is personal goes with the person; the chain binds its digest, which stays.
  /\.update\(\{ personal: null, personal_salt: null \}\)/,
];

describe('what was recorded stays', () => {
  test('only the store of the log, and the purge of strangers’ tries, know its table', () => {
    for (const path of mayAsk)
      assert.deepEqual(
        askers(
          source.filter((each) => each.path === path),
          [],
        ),
        [path],
      );
    assertNone(askers(source, mayAsk));
  });

  test('nothing changes an entry or takes it away', () => {
    assertNone(unrecordings(source, excused));
    assert.equal(unrecordings(source, []).length, excused.length);
  });
});

describe('these checks can fail', () => {
  const from = (text: string) => [{ path: 'x.ts', text }];

  for (const text of [
    "await database.knex('activity').where({ id });",
    "knex<Row>('activity')",
    "query.leftJoin('activity as a', 'a.id', 'b.id')",
    'knex.raw(`select * from activity`)',
    'knex.raw(\'delete from "activity"\')',
  ]) {
    test(`somebody else who asks: ${text}`, () => assert.deepEqual(askers(from(text), []), ['x.ts']));
  }

  test('who only speaks of activity asks nothing', () => {
    assert.deepEqual(askers(from("program.command('activity'); // from activity\nt('activity:title')"), []), []);
  });

  for (const text of [
    "await knex('activity').where({ id }).update({ kind });",
    "await knex<Row>('activity')\n  .where({ id })\n  .delete();",
    "knex('activity').insert(row).onConflict('id').merge();",
    "knex.raw('update activity set kind = ?')",
    "knex.raw('DELETE FROM activity')",
  ]) {
    test(`a statement that unrecords: ${text.replace(/\s+/g, ' ')}`, () =>
      assert.equal(unrecordings(from(text), excused).length, 1));
  }

  test('a statement about another table changes no entry', () => {
    const text = "await knex('activity').insert(row);\nawait knex('tenants').update({ activity_hash });";
    assert.deepEqual(unrecordings(from(text), []), []);
  });
});

import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/platform/database/open.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const DATA_DIR = dataDirectory();
const environment = { DATA_DIR };
const withKnex = async <T>(work: (knex: ReturnType<typeof openDatabase>['knex']) => Promise<T>): Promise<T> => {
  const database = openDatabase({ kind: 'sqlite', file: path.join(DATA_DIR, 'parvis.sqlite') });
  return work(database.knex).finally(() => database.close());
};

const { tenantId } = await json<{ tenantId: string }>(
  [
    ...['tenant', 'add', '--name', 'A', '--domain', 'a.example', '--language', 'en'],
    ...['--admin-name', 'Ada', '--admin-username', 'ada@a.example'],
  ],
  environment,
);
const add = ['user', 'add', '--tenant', tenantId, '--name', 'Noah', '--username'];
await json([...add, 'noah@a.example'], environment);
await json(['operator', 'add', '--name', 'Eve', '--username', 'eve@hosting.example'], environment);

const change = (username: string, values: object) =>
  withKnex((knex) => knex('users').where({ username }).update(values));
const noah = () =>
  withKnex(async (knex) => {
    const row = await knex('users').where({ username: 'noah@a.example' }).first<Record<string, unknown>>();
    return { level: row.administrator_level, state: row.state };
  });
const make = (username = 'noah@a.example', reason = 'Ada left'): string[] => [
  ...['user', 'make-global-admin', username, '--reason', reason],
];
const ordinary = { administrator_level: 'none', state: 'active', password: 'own', deleted_at: null };

describe('user make-global-admin', () => {
  test('makes the user a Global admin and records the operator’s reason', async () => {
    await change('noah@a.example', ordinary);
    const { stdout, code } = await run([...make(), '--yes'], environment);
    assert.equal(code, 0);
    assert.match(stdout, /noah@a\.example is now a Global admin of A\./);
    assert.deepEqual(await noah(), { level: 'global', state: 'active' });
    const entries = await withKnex<Record<'kind' | 'actor_id' | 'data' | 'personal', string | null>[]>((knex) =>
      knex('activity').select('kind', 'actor_id', 'data', 'personal').orderBy('place', 'desc').limit(2),
    );
    assert.deepEqual(
      entries.map(({ kind, actor_id: actor }) => [kind, actor]),
      [
        ['user.edited', null],
        ['user.appointed', null],
      ],
    );
    const { data, personal } = entries[1]!;
    assert.match(String(data), /"principal":\{"kind":"operator"\}/);
    assert.match(String(personal), /"reason":"Ada left"/);
    assert.doesNotMatch(String(data), /Ada left/, 'the reason can be erased, so the hash does not cover it');
    const verified = await json<{ ok: boolean }>(['activity', 'verify'], environment);
    assert.equal(verified.ok, true);
  });

  test('unblocks a blocked user, which the dry run announces', async () => {
    await change('noah@a.example', { ...ordinary, state: 'blocked' });
    const { stdout } = await run([...make(), '--dry-run'], environment);
    assert.match(stdout, /The user is blocked and will be unblocked\./);
    assert.deepEqual(await noah(), { level: 'none', state: 'blocked' });
    await json([...make(), '--yes'], environment);
    assert.deepEqual(await noah(), { level: 'global', state: 'active' });
  });

  const results: [label: string, ada: object, user: object, hasApprovers: boolean][] = [
    ['both have chosen a password', { password: 'own' }, {}, true],
    ['the other Global admin has not chosen a password', { password: 'temporary' }, {}, false],
    ['the user has not chosen a password', { password: 'own' }, { password: 'temporary' }, false],
    ['the other Global admin is blocked', { password: 'own', state: 'blocked' }, {}, false],
  ];
  for (const [label, ada, user, hasApprovers] of results)
    test(`reports whether approvals are possible again: ${label}`, async () => {
      await change('ada@a.example', { state: 'active', ...ada });
      await change('noah@a.example', { ...ordinary, ...user });
      const { stdout } = await run([...make(), '--yes'], environment);
      assert.equal(stdout.includes('At least two Global admins can approve'), hasApprovers, stdout);
      assert.equal(stdout.includes('No two Global admins can approve'), !hasApprovers, stdout);
      assert.equal(stdout.includes('before choosing a password'), 'password' in user, stdout);

      await change('noah@a.example', { ...ordinary, ...user });
      const made = await json<{ hasApprovers: boolean }>([...make(), '--yes'], environment);
      assert.equal(made.hasApprovers, hasApprovers);
    });

  const faults: [label: string, args: string[], user: object, line: RegExp][] = [
    ['no reason', ['user', 'make-global-admin', 'noah@a.example', '--yes'], {}, /required option '--reason <text>'/],
    ['a blank reason', [...make('noah@a.example', ' \u200B '), '--yes'], {}, /--reason: must not be empty/],
    ['a long reason', [...make('noah@a.example', 'x'.repeat(501)), '--yes'], {}, /not be longer than 500 characters/],
    ['an unknown user', [...make('zoe@a.example'), '--yes'], {}, /User not found/],
    ['a deleted user', [...make(), '--yes'], { state: 'deleted', deleted_at: Date.now() }, /is deleted/],
    ['a Global admin', [...make(), '--yes'], { administrator_level: 'global' }, /is a Global admin already/],
    ['an operator', [...make('eve@hosting.example'), '--yes'], {}, /is an operator/],
    ['no confirmation', make(), {}, /becomes a Global admin of A .*use --yes to confirm/],
  ];
  for (const [label, args, user, line] of faults)
    test(`changes nothing and fails: ${label}`, async () => {
      await change('noah@a.example', { ...ordinary, ...user });
      const before = await noah();
      assert.match(await fault(args, environment), line);
      assert.deepEqual(await noah(), before);
    });

  test('changes nothing while the tenant is moving to another region', async () => {
    await change('noah@a.example', ordinary);
    await withKnex((knex) => knex('tenants').where({ id: tenantId }).update({ state: 'moving' }));
    assert.match(await fault([...make(), '--yes'], environment), /is moving to another region/);
    await withKnex((knex) => knex('tenants').where({ id: tenantId }).update({ state: 'active' }));
    assert.deepEqual(await noah(), { level: 'none', state: 'active' });
  });
});

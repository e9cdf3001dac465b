import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { eachDialect, sqliteFile } from '../data/databases.ts';
import { isLongRun } from '../support/dialects.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, fault, json, run, serve, type Served } from './command.ts';
import { get } from './server-requests.ts';

const secrets = 'canary-'.repeat(6);
const later = '20990101000000_add_users_phone';
const newestOwn = '20261201000013';
const sharedForMs = 1_100;
const unready = { status: 503, body: '{"ok":false,"missing":["schema"]}' };
const ready = { status: 200, body: '{"ok":true,"missing":[]}' };

async function withKnex<T>(config: DatabaseConfig, work: (knex: Knex) => Promise<T>): Promise<T> {
  const { knex, close } = openDatabase(config);
  try {
    return await work(knex);
  } finally {
    await close();
  }
}

/** Waits until the readiness check gives the expected response. The portal reuses each result for a second. */
async function untilReadiness({ origin }: Served, expected: { status: number; body: string }): Promise<void> {
  const endsAt = performance.now() + 5_000;
  while (performance.now() < endsAt && (await get(origin, '/readyz')).status !== expected.status) await wait(100);
  assert.deepEqual(await get(origin, '/readyz'), expected);
}

const insert = (name: string) => (knex: Knex) => knex('knex_migrations').insert({ name });

/** Lists of migrations that this release must reject, with a part of the message. */
const rejected: readonly { title: string; change: (knex: Knex) => Promise<unknown>; says: RegExp }[] = [
  {
    title: 'a migration from another history',
    change: insert('20261123140000_cover_lists_of_users'),
    says: /This database was migrated by another version .*20261123140000_cover_lists_of_users/,
  },
  {
    title: 'an unknown migration between known ones',
    change: insert('20261201000001_create_accounts'),
    says: /another version .*20261201000001_create_accounts/,
  },
  {
    title: 'a later migration, but not all migrations of this release',
    change: async (knex) => {
      await insert(later)(knex);
      await knex('knex_migrations').where('name', 'like', '20261201000012%').delete();
    },
    says: /lacks the earlier migration 20261201000012_create_throttles/,
  },
  {
    title: 'a later migration that requires a later release',
    change: insert('20990301000000_drop_users_phone_requires_20990101000000'),
    says: /removed what this release needs/,
  },
  {
    title: 'a later migration that no earlier release supports',
    change: insert('20990301000000_split_users_requires_20990301000000'),
    says: /removed what this release needs/,
  },
];

const onSqlite = { dialect: 'SQLite', config: sqliteFile(), skip: false } as const;
for (const { dialect, config, skip } of isLongRun ? eachDialect(await postgres()) : [onSqlite]) {
  const environment = {
    DATABASE_URL: config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url,
    SESSION_SECRETS: secrets,
    SECOND_FACTOR_KEYS: secrets,
    DATA_DIR: dataDirectory(),
    LOG_LEVEL: 'silent',
  };

  describe(`the schema of a later release, on ${dialect}`, { skip, concurrency: false }, () => {
    let running: Served;
    const stop = async (): Promise<void> => {
      running.child.kill('SIGTERM');
      assert.equal(await running.ended, 0);
    };
    after(stop);

    test('keeps a running process ready and allows a restart', async () => {
      await json(['migrate'], environment);
      running = await serve(environment);
      await withKnex(config, insert(later));
      await withKnex(config, insert(`20990301000000_drop_users_fax_requires_${newestOwn}`));
      await wait(sharedForMs);
      await untilReadiness(running, ready);
      await stop();
      running = await serve(environment);
      await untilReadiness(running, ready);
      assert.equal((await get(running.origin, '/sign-in')).status, 200);
    });

    test('is left unchanged by commands, including migrate', async () => {
      assert.deepEqual(await json(['tenant', 'list'], environment), { tenants: [] });
      assert.deepEqual(await json(['migrate'], environment), { ok: true, faults: [] });
      const { code, stdout } = await run(['check'], environment);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^No problems found\\.\nA later release has migrated .*${later}`));
      const names = await withKnex(config, (knex) => knex('knex_migrations').where('name', '>', '2099').pluck('name'));
      assert.equal(names.length, 2);
    });

    describe('that this release cannot use', () => {
      test('without the newest migration of this release, makes a running process unready', async () => {
        const own = await withKnex(config, (knex) => knex('knex_migrations').select<object[]>());
        await withKnex(config, (knex) => knex('knex_migrations').where('name', '>', newestOwn).delete());
        await untilReadiness(running, unready);
        await withKnex(config, (knex) => knex('knex_migrations').delete());
        await withKnex(config, (knex) => knex('knex_migrations').insert(own));
      });

      for (const { title, change, says } of rejected) {
        test(`with ${title}, makes a running process unready and is rejected by commands`, async () => {
          const rows = await withKnex(config, (knex) => knex('knex_migrations').select<object[]>());
          await withKnex(config, change);
          await untilReadiness(running, unready);
          for (const command of [['serve'], ['migrate'], ['tenant', 'list']])
            assert.match(await fault(command, environment), says);
          const { code, stderr } = await run(['check'], environment);
          assert.deepEqual([code, says.test(stderr)], [1, true]);
          await withKnex(config, async (knex) => {
            await knex('knex_migrations').delete();
            await knex('knex_migrations').insert(rows);
          });
          await untilReadiness(running, ready);
        });
      }
    });
  });
}

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { chromium, postgres, redis, required, skipWithout } from './services.ts';

test('postgres({ empty: true }) returns a new database without tables each time', async (t) => {
  const [one, other] = [required(t, 'postgres', await postgres({ empty: true })), await postgres({ empty: true })];
  if (!one || !other) return;
  assert.notEqual(one.url, other.url);
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  const { rows } = await client.query(
    "select lower('É') as folded, count(*)::int as tables from pg_tables where schemaname = 'public'",
  );
  await client.end();
  assert.deepEqual(rows, [{ folded: 'é', tables: 0 }]);
});

test('redis() returns the URL of a running server', async (t) => {
  const server = required(t, 'redis', await redis());
  if (!server) return;
  const { createClient } = await import('redis');
  const client = createClient({ url: server.url });
  await client.connect();
  assert.equal(await client.ping(), 'PONG');
  client.destroy();
});

test('a missing service is a reason to skip', () => {
  assert.equal(skipWithout('redis', 'redis://somewhere', ['redis']), false);
  assert.equal(skipWithout('redis', null, ['postgres']), 'needs redis');
});

test('a missing service that is required is an error', () => {
  assert.throws(() => skipWithout('redis', null, ['postgres', 'redis']), /redis is required/);
});

test('chromium() returns an existing path or null', (t) => {
  const path = required(t, 'chromium', chromium());
  if (path) assert.ok(existsSync(path));
});

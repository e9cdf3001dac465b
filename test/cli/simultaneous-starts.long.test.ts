import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataDirectory, serve } from './command.ts';
import { get } from './server-requests.ts';

test('four processes that start on the same new data directory all become ready', async () => {
  for (let round = 0; round < 5; round++) {
    const DATA_DIR = dataDirectory();
    const all = await Promise.all(Array.from({ length: 4 }, () => serve({ DATA_DIR })));
    const statuses = await Promise.all(all.map(({ origin }) => get(origin, '/readyz')));
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    for (const { child, ended } of all) {
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
    }
  }
});

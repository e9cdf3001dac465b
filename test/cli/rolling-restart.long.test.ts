import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sendAtRate, signInAll } from '../../bench/rolling-load.ts';
import { processCount, startCluster } from '../../tools/demo/cluster/start-cluster.ts';
import { clusterPrograms, skipWithout } from '../support/services.ts';

const total = 1_600;
const perSecond = 40;
const firstPort = 24_610;

describe(
  'a rolling restart behind nginx, on PostgreSQL and Redis',
  { skip: skipWithout('cluster', clusterPrograms()) },
  () => {
    test('serves every GET and POST request without a failure', { timeout: 300_000 }, async (t) => {
      const cluster = await startCluster(firstPort);
      t.after(cluster.stop);
      const visitors = await signInAll(cluster.origin, cluster.logins);
      const load = { finished: false };
      const sending = sendAtRate(visitors, perSecond, total).finally(() => (load.finished = true));
      const codes: (number | null)[] = [];
      while (!load.finished) codes.push(await cluster.restart(codes.length % processCount));
      const { requests, posts, failures } = await sending;
      assert.deepEqual(failures, []);
      assert.deepEqual([requests, posts], [total, total / 4]);
      assert.ok(codes.length >= processCount);
      assert.deepEqual(new Set(codes), new Set([0]));
    });
  },
);

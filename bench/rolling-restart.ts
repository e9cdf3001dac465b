/**
 * Repeatedly restarts the processes of a cluster, one at a time, under a constant load through nginx, and counts the
 * requests that fail.
 */
import { loadavg } from 'node:os';
import { processCount, startCluster } from '../tools/demo/cluster/start-cluster.ts';
import { describeMachine } from './visitor.ts';
import { sendAtRate, signInAll } from './rolling-load.ts';

const total = Number(process.argv[2] ?? 20_000);
const perSecond = Number(process.argv[3] ?? 200);
const firstPort = Number(process.env.PORT ?? 4_600);

const cluster = await startCluster(firstPort);
try {
  const visitors = await signInAll(cluster.origin, cluster.logins);
  const load = { finished: false };
  const sending = sendAtRate(visitors, perSecond, total).finally(() => (load.finished = true));
  const codes: (number | null)[] = [];
  while (!load.finished) codes.push(await cluster.restart(codes.length % processCount));
  const { requests, posts, failures, times } = await sending;
  const at = (share: number): string => (times[Math.floor((times.length - 1) * share)] ?? Number.NaN).toFixed(0);
  console.log(`${describeMachine()}, load average ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    `${requests} requests at ${perSecond}/s, ${posts} of them POST; ${codes.length} restarts, exit codes ${[...new Set(codes)].join()}`,
  );
  console.log(`failed: ${failures.length}; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`);
  for (const [failure, all] of Map.groupBy(failures, (each) => each)) console.log(`  ${all.length} × ${failure}`);
  if (failures.length > 0) console.log(cluster.proxyErrors());
} finally {
  await cluster.stop();
}

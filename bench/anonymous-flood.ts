/**
 * Measures how long a signed-in reader waits for the user list while visitors without cookies open the sign-in page
 * over many connections. The reader opens the list repeatedly, one request at a time. Idle and flooded slots alternate,
 * so that other load on the machine affects both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { median, startMeasured } from './measured-process.ts';
import { seedTenant } from './seed-tenant.ts';
import { createVisitor, describeMachine } from './visitor.ts';

const userCount = Number(process.argv[2] ?? 1_000);
const rounds = Number(process.argv[3] ?? 5);
const connections = Number(process.argv[4] ?? 50);
const slotSeconds = 4;
const list = '/account-settings/user-management';
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));

const { usernames } = await seedTenant(directory, userCount);
const portal = await startMeasured('child-portal.ts', { DATA_DIR: directory });
try {
  const reader = await createVisitor(portal.origin).signIn(usernames[0] ?? '');
  const headers = { Cookie: reader.cookies(), 'Accept-Language': 'fr' };
  /** Opens the list repeatedly until the slot ends. @returns the median response time, in ms */
  async function read(): Promise<number> {
    const times: number[] = [];
    const endsAt = performance.now() + slotSeconds * 1_000;
    while (performance.now() < endsAt) {
      const startedAt = performance.now();
      const response = await fetch(portal.origin + list, { headers, redirect: 'manual' });
      await response.text();
      if (response.status !== 200) throw new Error(`${list}: ${response.status}`);
      times.push(performance.now() - startedAt);
    }
    return median(times);
  }
  const flood = () => autocannon({ url: `${portal.origin}/sign-in`, connections, duration: slotSeconds });
  await read();
  const slots: { idle: number; flooded: number; visitors: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const idle = await read();
    const [flooded, visitors] = await Promise.all([read(), flood()]);
    if (visitors.non2xx + visitors.errors > 0) throw new Error('Sign-in pages failed');
    slots.push({ idle, flooded, visitors: visitors.requests.average });
  }
  const idle = median(slots.map((slot) => slot.idle));
  const flooded = median(slots.map((slot) => slot.flooded));
  console.log(`${describeMachine()}, ${userCount} users`);
  console.log(`list, idle     p50 ${idle.toFixed(1)} ms`);
  console.log(`list, flooded  p50 ${flooded.toFixed(1)} ms, ${connections} connections`);
  console.log(`sign-in pages  ${median(slots.map(({ visitors }) => visitors)).toFixed(0)} per second`);
  console.log(`ratio          ${median(slots.map((slot) => slot.flooded / slot.idle)).toFixed(1)}`);
} finally {
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}

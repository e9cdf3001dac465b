/**
 * Measures one page of the user list for a signed-in user: 25 of 10,000 rows, in French, on SQLite. The result is
 * relative to a minimal Express application. Each round measures both, so that other load on the machine slows both
 * down equally.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { seedTenant } from './seed-tenant.ts';
import { load, median, startMeasured, type Figures } from './measured-process.ts';
import { createVisitor } from './visitor.ts';

const userCount = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 5);
const secondsPerSlot = 4;
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));

const { usernames } = await seedTenant(directory, userCount);
const hello = await startMeasured('child-hello.ts');
const portal = await startMeasured('child-portal.ts', { DATA_DIR: directory });
try {
  const headers = {
    Cookie: (await createVisitor(portal.origin).signIn(usernames[0])).cookies(),
    'Accept-Language': 'fr',
  };
  const page = '/account-settings/user-management';
  await load(portal, page, headers, 2);
  const slots: { hello: Figures; list: Figures }[] = [];
  for (let round = 0; round < rounds; round++) {
    slots.push({
      hello: await load(hello, '/', {}, secondsPerSlot / 2),
      list: await load(portal, page, headers, secondsPerSlot),
    });
  }
  const cost = median(slots.map(({ list }) => list.cpuMicroseconds));
  const unit = median(slots.map((slot) => slot.hello.cpuMicroseconds));
  console.log(
    `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, ${userCount} users, ${new Date().toISOString().slice(0, 10)}`,
  );
  console.log(
    `list page   ${cost.toFixed(0)} µs of CPU, ${median(slots.map(({ list }) => list.requestsPerSecond)).toFixed(0)} requests/s`,
  );
  console.log(`hello       ${unit.toFixed(1)} µs of CPU`);
  console.log(
    `ratio       ${median(slots.map((slot) => slot.list.cpuMicroseconds / slot.hello.cpuMicroseconds)).toFixed(1)}`,
  );
} finally {
  hello.stop();
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}

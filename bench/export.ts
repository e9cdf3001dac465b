/**
 * Measures an export of 100,000 users while another user opens the user list 40 times per second: the duration of the
 * export, that user's response times, and the server's memory use.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seedTenant } from './seed-tenant.ts';
import { startMeasured, steadyMemory } from './measured-process.ts';
import { createVisitor, measureWithReader, describeMachine } from './visitor.ts';

const userCount = Number(process.argv[2] ?? 100_000);
const list = '/account-settings/user-management';
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));

const { usernames } = await seedTenant(directory, userCount);
const portal = await startMeasured('child-portal.ts', { DATA_DIR: directory }, steadyMemory);

/** Downloads the export. @returns the number of rows and bytes received */
async function take(cookie: string): Promise<{ rows: number; bytes: number }> {
  const { body, status } = await fetch(`${portal.origin}${list}/export.csv`, { headers: { Cookie: cookie } });
  if (status !== 200 || body === null) throw new Error(`export: ${status}`);
  let [rows, bytes] = [-1, 0];
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) rows++;
  }
  return { rows, bytes };
}

try {
  const admin = await createVisitor(portal.origin).signIn(usernames[0]);
  const reader = await createVisitor(portal.origin).signIn(usernames[1]);
  const { result, lines } = await measureWithReader(portal, reader, list, async () => {
    const start = performance.now();
    const taken = await take(admin.cookies());
    return { ...taken, seconds: (performance.now() - start) / 1_000 };
  });
  const { rows, bytes, seconds } = result;
  if (rows !== userCount) throw new Error(`Received ${rows} rows for ${userCount} users`);
  console.log(`${describeMachine()}, ${userCount} users`);
  console.log(`export      ${seconds.toFixed(1)} s, ${(bytes / 1_000_000).toFixed(1)} MB`);
  for (const line of lines) console.log(line);
} finally {
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}

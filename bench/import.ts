/**
 * Measures an import of 10,000 new users, from the upload to the last temporary password, while another user opens the
 * user list 40 times per second: the duration of the import, that user's response times, and the server's memory use.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seedTenant } from './seed-tenant.ts';
import { startMeasured, steadyMemory } from './measured-process.ts';
import { createVisitor, measureWithReader, describeMachine } from './visitor.ts';

const rowCount = Number(process.argv[2] ?? 10_000);
const peopleBefore = 10_000;
const list = '/account-settings/user-management';
const lookEveryMs = 100;
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));

const { usernames, domain } = await seedTenant(directory, peopleBefore);
const portal = await startMeasured('child-portal.ts', { DATA_DIR: directory }, steadyMemory);
const seconds: Record<string, number> = {};

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  seconds[what] = (performance.now() - start) / 1_000;
  return result;
}

const header = 'username;first name;last name;display name;administrator level;agent level;language';
const rowOf = (_: unknown, index: number): string =>
  `new.${index}@${domain};Maximiliane;Szczęśniewicz-${index};Maximiliane Szczęśniewicz-${index};none;helpdesk;fr`;
const file = [header, ...Array.from({ length: rowCount }, rowOf)].join('\r\n');

async function importAll(admin: ReturnType<typeof createVisitor>): Promise<number> {
  await admin.visit(`${list}/import`);
  const page = await timed('check', async () => {
    const { response } = await admin.upload(`${list}/import`, 'bench.csv', file);
    return response.headers.get('location') ?? '';
  });
  await admin.visit(page);
  await timed('import', async () => {
    await admin.submit(page, { mode: 'all' });
    while ((await look(admin, page)).headers.has('refresh')) await delay(lookEveryMs);
  });
  const { text } = await timed('passwords', () => admin.submit(`${page}/passwords`, {}));
  return (text.match(/[A-HJ-NP-Z2-9]{4}(?:-[A-HJ-NP-Z2-9]{4}){4}/g) ?? []).length;
}

async function look(admin: ReturnType<typeof createVisitor>, page: string): Promise<Response> {
  const { response } = await admin.visit(page);
  if (response.status !== 200) throw new Error(`${page}: ${response.status}`);
  return response;
}

try {
  const admin = await createVisitor(portal.origin).signIn(usernames[0]);
  const reader = await createVisitor(portal.origin).signIn(usernames[1]);
  const { result: passwords, lines } = await measureWithReader(portal, reader, list, () => importAll(admin));
  if (passwords !== rowCount) throw new Error(`Received ${passwords} temporary passwords for ${rowCount} users`);
  const total = Object.values(seconds).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(seconds).map(([what, each]) => `${what} ${each.toFixed(1)}`);
  console.log(`${describeMachine()}, ${rowCount} rows`);
  console.log(`import      ${total.toFixed(1)} s (${parts.join(', ')})`);
  for (const line of lines) console.log(line);
} finally {
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}

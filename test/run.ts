/**
 * The test command: `npm test [words]`. A word that occurs in a file path selects files; any other word selects tests
 * by name. With `--long`, runs the files of the long run, those with races, which `npm run test:long` repeats more
 * often, and those with suites that run on PostgreSQL only then. The last line shows the totals. Fails if a test fails,
 * no test ran or a service in PARVIS_REQUIRE is missing.
 */
import { globSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { selectFiles, groupIntoProcesses } from './support/plan.ts';
import { fileLine, summary, failRequiredSkips, type Result } from './support/report.ts';
import { requiredServices } from './support/requirements.ts';
import { startPostgres, type Server } from './support/servers.ts';
import { prepareTemplates } from './support/templates.ts';
import { runTests } from './support/test-process.ts';

process.chdir(join(import.meta.dirname, '..'));

const long = process.argv.includes('--long');
if (long) {
  process.env.PARVIS_LONG = '1';
  process.env.PARVIS_ROUNDS ??= '1000';
}
// A process that does not exit after its tests, because of an open handle, must not block the whole run.
const maxMs = Number(process.env.PARVIS_TEST_LIMIT_MS ?? (long ? 3_600_000 : 480_000));
const words = process.argv.slice(2).filter((word) => word !== '--long');
const allFiles = selectFiles(globSync('test/**/*.test.ts').sort(), { long });
const pathWords = words.filter((word) => allFiles.some((file) => file.includes(word)));
const names = words.filter((word) => !pathWords.includes(word));

// Treat a word that looks like a path as one. As a test name, it would run every file but match no test.
const mistyped = names.filter((word) => word.includes('/') || word.endsWith('.ts'));
if (mistyped.length > 0) {
  console.error(`No test file matches ${mistyped.join(', ')}.`);
  process.exit(1);
}
const files = allFiles.filter((file) => pathWords.length === 0 || pathWords.some((word) => file.includes(word)));

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

// Commands started by tests use this compile cache too.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/parvis-tests');
const folder = await mkdtemp(join(await fastFolder(), 'parvis-tests-'));
// PostgreSQL may run as another user and have its files in this folder.
await chmod(folder, 0o711);

const results: Result[] = [];

/**
 * @returns a folder for the temporary files of all tests: in memory if there is room, because SQLite waits for the disk
 * after each transaction
 */
async function fastFolder(): Promise<string> {
  const inMemory = '/dev/shm';
  const neededBytes = 4 * 1024 ** 3;
  const room = await statfs(inMemory).catch(() => null);
  const hasRoom = room !== null && room.bavail * room.bsize >= neededBytes;
  return process.env.TMPDIR === undefined && hasRoom ? inMemory : tmpdir();
}

// One PostgreSQL server for all files that need one.
let server: Server | null = null;
if (
  files.some((file) => /postgres\(|dialects\.ts'/.test(readFileSync(file, 'utf8'))) &&
  !process.env.TEST_POSTGRES_URL
) {
  try {
    server = await startPostgres();
    if (server) process.env.TEST_POSTGRES_URL = server.url;
  } catch (error) {
    const text = `PostgreSQL did not start: ${String(error)}`;
    results.push({ file: import.meta.filename, passed: 0, failures: [{ test: '', text }], skips: [], ms: 0 });
  }
}

const dropDatabases = await prepareTemplates(folder, process.env.TEST_POSTGRES_URL ?? null);

async function work(waiting: string[][]): Promise<void> {
  for (let next = waiting.shift(); next && !interrupted.signal.aborted; next = waiting.shift()) {
    const job = { files: next.map((file) => resolve(file)), names };
    const limits = { folder: join(folder, String(waiting.length)), maxMs, signal: interrupted.signal };
    for (const result of await runTests(job, limits)) {
      results.push(result);
      if (result.passed + result.failures.length + result.skips.length > 0) console.log(fileLine(result));
    }
  }
}

const waiting = groupIntoProcesses(files, { long });
// Use two more workers than there are cores, because some tests mostly wait for a server or a time limit.
await Promise.all(Array.from({ length: availableParallelism() + 2 }, () => work(waiting)));
await dropDatabases();
await server?.stop();
await rm(folder, { recursive: true, force: true });

results.sort((one, other) => one.file.localeCompare(other.file));
const checked = results.map((result) => failRequiredSkips(result, requiredServices()));
console.log(summary(checked));
const failed = interrupted.signal.aborted || checked.some(({ failures }) => failures.length > 0);
const ran = checked.some(({ passed }) => passed > 0);
process.exitCode = failed || !ran ? 1 : 0;

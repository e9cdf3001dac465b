/**
 * The test command: `npm test [words]`. A word that occurs in a file's path chooses files, any other chooses tests by name.
 * Ends with one line of totals. Fails when a test fails, when nothing ran, or when a service of PARVIS_REQUIRE is missing.
 */
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { collect, fileLine, summary, withoutExcuses, type Result } from './support/report.ts';
import { requiredServices } from './support/requirements.ts';
import { startPostgres, type Server } from './support/servers.ts';

// A file whose tests are over but which holds something open would otherwise hang the whole run.
const fileMayTakeMs = 480_000;

process.chdir(join(import.meta.dirname, '..'));

const words = process.argv.slice(2);
const every = globSync('test/**/*.test.ts').sort();
const pathWords = words.filter((word) => every.some((file) => file.includes(word)));
const nameWords = words.filter((word) => !pathWords.includes(word));

// A word that looks like a path was meant as one: as part of a test's name it would run every file and find nothing.
const mistyped = nameWords.filter((word) => word.includes('/') || word.endsWith('.ts'));
if (mistyped.length > 0) {
  console.error(`No test file matches ${mistyped.join(', ')}.`);
  process.exit(1);
}
const files = every.filter((file) => pathWords.length === 0 || pathWords.some((word) => file.includes(word)));

// The process of a test file does not end by itself when this one is told to.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

/** One file in a process of its own, ended when it takes too long. */
async function runFile(file: string): Promise<Result> {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, fileMayTakeMs);
  try {
    const path = join(process.cwd(), file);
    const events = run({
      files: [path],
      signal: AbortSignal.any([limit.signal, interrupted.signal]),
      testNamePatterns: nameWords.map(asPattern),
    });
    const result = await collect(path, events, { chosenByName: nameWords.length > 0 });
    if (result.passed + result.failures.length + result.skips.length > 0) console.log(fileLine(result));
    return result;
  } finally {
    clearTimeout(timer);
  }
}

async function runFiles(chosen: string[], concurrency: number): Promise<Result[]> {
  const waiting = [...chosen];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file && !interrupted.signal.aborted; file = waiting.shift()) {
      results.push(await runFile(file));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results.sort((one, other) => one.file.localeCompare(other.file));
}

function asPattern(word: string): RegExp {
  return new RegExp(RegExp.escape(word), 'i');
}

const results: Result[] = [];

// One server for all files that want a PostgreSQL, instead of one each.
let server: Server | null = null;
if (files.some((file) => readFileSync(file, 'utf8').includes('postgres(')) && !process.env.TEST_POSTGRES_URL) {
  try {
    server = await startPostgres();
    if (server) process.env.TEST_POSTGRES_URL = server.url;
  } catch (error) {
    const text = `PostgreSQL did not start: ${String(error)}`;
    results.push({ file: import.meta.filename, passed: 0, failures: [{ test: '', text }], skips: [], ms: 0 });
  }
}

const inBrowser = (file: string): boolean => file.startsWith(join('test', 'browser'));
const inNode = (file: string): boolean => !inBrowser(file);
results.push(...(await runFiles(files.filter(inNode), Math.max(2, availableParallelism()))));
// After the others and one at a time: a browser is several busy processes already.
results.push(...(await runFiles(files.filter(inBrowser), 1)));
await server?.stop();

const judged = results.map((result) => withoutExcuses(result, requiredServices()));
console.log(summary(judged));
const failed = interrupted.signal.aborted || judged.some(({ failures }) => failures.length > 0);
const ran = judged.some(({ passed }) => passed > 0);
process.exitCode = failed || !ran ? 1 : 0;

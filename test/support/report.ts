import { relative, resolve } from 'node:path';
import type { run } from 'node:test';

type Events = ReturnType<typeof run>;

/** A test that did not pass: where it is, and what went wrong or why it was skipped. */
export interface Remark {
  readonly test: string;
  readonly text: string;
}

/** What came of one test file. */
export interface Result {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Remark[];
  readonly skips: readonly Remark[];
  readonly ms: number;
}

interface Outcome {
  name: string;
  nesting: number;
  classname?: string;
  skip?: string | boolean;
  todo?: string | boolean;
  details: { type?: string; error?: Error & { failureType?: string; exitCode?: number; signal?: string } };
}

/** Listens to one file's run until it ends. A file in which nothing ran is a failure, unless tests were chosen by name. */
export async function collect(
  file: string,
  events: Events,
  { chosenByName }: { chosenByName: boolean },
): Promise<Result> {
  const started = performance.now();
  const failures: Remark[] = [];
  const skips: Remark[] = [];
  let passed = 0;
  let output = '';

  const where = ({ name, classname }: Outcome): string => [...(classname?.split('.') ?? []), name].join(' › ');
  const isWholeFile = ({ name, nesting }: Outcome): boolean => nesting === 0 && resolve(name) === file;

  events.on('test:pass', (data) => {
    const outcome = data as unknown as Outcome;
    if (isWholeFile(outcome)) {
      if (!chosenByName) failures.push({ test: '', text: 'holds no test' });
    } else if (outcome.skip !== undefined || outcome.todo !== undefined) {
      const reason = outcome.skip ?? outcome.todo;
      skips.push({
        test: where(outcome),
        text: typeof reason === 'string' && reason !== '' ? reason : 'no reason given',
      });
    } else if (outcome.details.type !== 'suite') passed += 1;
  });
  events.on('test:fail', (data) => {
    const outcome = data as unknown as Outcome;
    if (outcome.details.error?.failureType === 'subtestsFailed') return;
    if (isWholeFile(outcome)) failures.push({ test: '', text: `${explain(outcome)}\n${tail(output)}`.trimEnd() });
    else failures.push({ test: where(outcome), text: explain(outcome) });
  });
  events.on('test:stdout', ({ message }) => (output += message));
  events.on('test:stderr', ({ message }) => (output += message));
  events.resume();
  await new Promise((resolve) => events.once('end', resolve));
  return { file, passed, failures, skips, ms: performance.now() - started };
}

/** A skip for the lack of something that must be there is a failure, whatever the test's author wrote. */
export function withoutExcuses(result: Result, mustHave: readonly string[]): Result {
  const lacks = result.skips.filter(({ text }) => mustHave.some((name) => text === `needs ${name}`));
  return {
    ...result,
    skips: result.skips.filter((skip) => !lacks.includes(skip)),
    failures: [...result.failures, ...lacks.map(({ test, text }) => ({ test, text: `skipped, but ${text}` }))],
  };
}

/** The line for one file, as soon as it is done. */
export function fileLine({ file, passed, failures, skips, ms }: Result): string {
  const counts = [`${passed} passed`];
  if (failures.length > 0) counts.push(`${failures.length} failed`);
  if (skips.length > 0) counts.push(`${skips.length} skipped`);
  return `${failures.length > 0 ? '✖' : '✔'} ${relative(process.cwd(), file)}: ${counts.join(', ')} (${Math.round(ms)} ms)`;
}

/** Every failure in full, every skipped test with its reason, and the totals as the last line. */
export function summary(results: readonly Result[]): string {
  const lines: string[] = [];
  const list = (title: string, kind: 'failures' | 'skips', write: (at: string, text: string) => string): void => {
    const found = results.flatMap((result) => result[kind].map((remark) => ({ file: result.file, ...remark })));
    if (found.length === 0) return;
    lines.push('', title);
    for (const { file, test, text } of found) {
      lines.push(write([relative(process.cwd(), file), test].filter(Boolean).join(' › '), text));
    }
  };
  list('Failed', 'failures', (at, text) => `✖ ${at}\n${indent(text)}\n`);
  list('Skipped', 'skips', (at, text) => `- ${at}: ${text}`);

  const total = (count: (result: Result) => number): number => results.reduce((sum, result) => sum + count(result), 0);
  const skipped = total(({ skips }) => skips.length);
  const totals = `${String(total(({ passed }) => passed))} passed, ${String(total(({ failures }) => failures.length))} failed`;
  lines.push('', skipped > 0 ? `${totals}, ${skipped} skipped` : totals);
  return lines.join('\n');
}

function explain({ details: { error } }: Outcome): string {
  if (error?.failureType === 'cancelledByParent') return 'did not run: what surrounds it failed first';
  if (error?.failureType === 'testAborted') return 'ran out of time';
  // The process of a file that fails as a whole: what it wrote says more than where the runner noticed.
  if (error?.exitCode !== undefined) return `ended with ${error.signal ?? `exit code ${error.exitCode}`}`;
  return describeThrown(error?.cause ?? error);
}

function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : JSON.stringify(thrown ?? 'failed');
  const own = (thrown.stack ?? thrown.message).split('\n').filter((line) => !/^\s+at .*\(?node:/.test(line));
  const cause = thrown.cause === undefined ? [] : [`cause: ${describeThrown(thrown.cause)}`];
  return [...own, ...cause].slice(0, 250).join('\n');
}

function tail(output: string): string {
  return output.trimEnd().split('\n').slice(-30).join('\n');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}

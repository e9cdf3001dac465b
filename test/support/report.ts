import { relative, resolve } from 'node:path';
import type { run } from 'node:test';

type Events = ReturnType<typeof run>;

/** A test that failed or was skipped, with the error message or the reason. */
export interface TestNote {
  readonly test: string;
  readonly text: string;
}

/** The result of one test file. */
export interface Result {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly TestNote[];
  readonly skips: readonly TestNote[];
  /** The duration of the tests in milliseconds, without the time that loading the file took. */
  readonly ms: number;
}

/** The outcome of one test, as reported by the process that ran it. */
export interface Outcome extends TestNote {
  readonly file: string;
  readonly kind: 'passed' | 'failed' | 'skipped' | 'suite';
  /** The duration in milliseconds; 0 for a test in a suite, because the suite reports it. */
  readonly ms: number;
}

interface TestEvent {
  name: string;
  nesting: number;
  file?: string;
  classname?: string;
  skip?: string | boolean;
  todo?: string | boolean;
  details: { type?: string; duration_ms?: number; error?: Error & { failureType?: string } };
}

/**
 * Passes on the outcome of every test in a run. A file without tests is reported as failed, unless tests were selected
 * by name.
 */
export function onOutcome(
  events: Events,
  { files, names }: { files: readonly string[]; names: readonly string[] },
  report: (outcome: Outcome) => void,
): void {
  // A test that a helper declares counts for the file of its suite, or for the only file of the run.
  let file = files[0]!;
  events.on('test:start', (data) => {
    if (data.nesting === 0 && files.length > 1) file = data.file ?? file;
  });
  const outcomeOf = (event: TestEvent, kind: Outcome['kind'], text = ''): Outcome => ({
    file,
    test: isWholeFile(event) ? '' : [...(event.classname?.split('.') ?? []), event.name].join(' › '),
    kind,
    text,
    ms: event.nesting === 0 ? (event.details.duration_ms ?? 0) : 0,
  });
  events.on('test:pass', (data) => {
    const event = data as unknown as TestEvent;
    const { skip, todo } = event;
    if (isWholeFile(event)) {
      if (names.length === 0) report(outcomeOf(event, 'failed', 'contains no test'));
    } else if (skip !== undefined || todo !== undefined) {
      const reason = skip ?? todo;
      report(outcomeOf(event, 'skipped', typeof reason === 'string' && reason !== '' ? reason : 'no reason given'));
    } else report(outcomeOf(event, event.details.type === 'suite' ? 'suite' : 'passed'));
  });
  events.on('test:fail', (data) => {
    const event = data as unknown as TestEvent;
    const isByItsTests = event.details.error?.failureType === 'subtestsFailed';
    report(isByItsTests ? outcomeOf(event, 'suite') : outcomeOf(event, 'failed', explain(event)));
  });
}

// The test runner also reports each file as a whole, under the path of the file as name.
const isWholeFile = ({ name, nesting, file }: TestEvent): boolean => nesting === 0 && resolve(name) === file;

/** @returns the result of one file, from the outcomes of its tests */
export function resultOf(file: string, outcomes: readonly Outcome[]): Result {
  const of = (wanted: Outcome['kind']): Outcome[] => outcomes.filter(({ kind }) => kind === wanted);
  const ms = outcomes.reduce((sum, outcome) => sum + outcome.ms, 0);
  return { file, passed: of('passed').length, failures: of('failed'), skips: of('skipped'), ms };
}

/** @returns the result, in which tests that were skipped because a required service is missing count as failed */
export function failRequiredSkips(result: Result, mustHave: readonly string[]): Result {
  const lacks = result.skips.filter(({ text }) => mustHave.some((name) => text === `needs ${name}`));
  return {
    ...result,
    skips: result.skips.filter((skip) => !lacks.includes(skip)),
    failures: [...result.failures, ...lacks.map(({ test, text }) => ({ test, text: `skipped, but ${text}` }))],
  };
}

/** @returns the line that is printed when the tests of a file are done */
export function fileLine({ file, passed, failures, skips, ms }: Result): string {
  const counts = [`${passed} passed`];
  if (failures.length > 0) counts.push(`${failures.length} failed`);
  if (skips.length > 0) counts.push(`${skips.length} skipped`);
  return `${failures.length > 0 ? '✖' : '✔'} ${relative(process.cwd(), file)}: ${counts.join(', ')} (${Math.round(ms)} ms)`;
}

/** @returns all failures in full, all skipped tests with their reasons, and the totals in the last line */
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

function explain({ details: { error } }: TestEvent): string {
  if (error?.failureType === 'cancelledByParent') return 'did not run: what surrounds it failed first';
  if (error?.failureType === 'testAborted') return 'ran out of time';
  return describeThrown(error?.cause ?? error);
}

function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : JSON.stringify(thrown ?? 'failed');
  const own = (thrown.stack ?? thrown.message).split('\n').filter((line) => !/^\s+at .*\(?node:/.test(line));
  const cause = thrown.cause === undefined ? [] : [`cause: ${describeThrown(thrown.cause)}`];
  return [...own, ...cause].slice(0, 250).join('\n');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}

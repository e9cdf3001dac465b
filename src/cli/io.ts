import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** The parts of `process` that commands use. Tests pass their own. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** The exit code, where 0 and undefined mean success. It has the type of `process.exitCode`. */
  exitCode?: number | string | null | undefined;
}

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

interface PrintOptions {
  readonly json?: boolean | undefined;
}

/** Prints the result of a command as one JSON object or as text lines. */
export function print(io: CommandIo, options: PrintOptions, result: object, lines: readonly string[]): void {
  io.stdout.write(textOf(options, result, lines));
}

/** @returns the text that `print` would print */
export const textOf = (options: PrintOptions, result: object, lines: readonly string[]): string =>
  options.json ? `${JSON.stringify(result)}\n` : lines.map((line) => `${line}\n`).join('');

/**
 * Writes text, and waits until the stream has flushed it.
 * @throws the error of the stream, such as EPIPE or ENOSPC
 */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Prints the faults that a check found: as text lines on standard error, or as a JSON object. Sets the exit code 1. */
export function printFindings(io: CommandIo, options: PrintOptions, result: object, faults: readonly string[]): void {
  if (options.json) print(io, options, result, []);
  else io.stderr.write(faults.map((fault) => `${fault}\n`).join(''));
  io.exitCode = 1;
}

/**
 * Prints a list of any length item by item: as one JSON object with the list under `name`, or as one text line per
 * item.
 * @throws the error of standard output, such as EPIPE after the reader has closed the pipe; no further items are then
 * read
 */
export async function printEach<T>(
  io: CommandIo,
  options: PrintOptions,
  name: string,
  items: AsyncIterable<T>,
  line: (item: T) => string,
): Promise<void> {
  const output = watchErrors(io.stdout);
  const write = async (text: string): Promise<void> => {
    if (output.error !== null) throw output.error;
    if (!io.stdout.write(text)) await once(io.stdout, 'drain');
  };
  let separator = '';
  if (options.json) await write(`{${JSON.stringify(name)}:[`);
  for await (const item of items) {
    await write(options.json ? separator + JSON.stringify(item) : `${line(item)}\n`);
    separator = ',';
  }
  if (options.json) await write(']}\n');
}

/**
 * Prevents errors of the output streams from ending the process with a stack trace.
 * @returns a function that waits until all output has been written; it resolves to the first error of standard output,
 * or null
 */
export function watchOutput({ stdout, stderr }: CommandIo): () => Promise<Error | null> {
  const output = watchErrors(stdout);
  // A failed write to standard error cannot be reported anywhere.
  watchErrors(stderr);
  return async () => {
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
    return output.error;
  };
}

// Keep only the first error, because `process.stdout` reports a different error on the next write.
function watchErrors(stream: Writable): { readonly error: Error | null } {
  const first: { error: Error | null } = { error: null };
  stream.on('error', (error) => (first.error ??= error));
  return first;
}

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** What a command reads and writes: the parts of `process` that it may use, or a test's own. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** What the command ends with: 0, or nothing, for success. Typed like the exit code of `process`, which is one of these. */
  exitCode?: number | string | null | undefined;
}

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

interface PrintOptions {
  readonly json?: boolean | undefined;
}

/** Prints a command's result: one JSON object for programs, or lines for a person. */
export function print(io: CommandIo, options: PrintOptions, result: object, lines: readonly string[]): void {
  io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : lines.map((line) => `${line}\n`).join(''));
}

/**
 * Prints a list of any length as it is read: as one JSON object with the list under a name, or a line each for a person.
 * @throws the error of the output, such as EPIPE when its reader is gone: the rest need not be read
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
 * Keeps errors of the output from ending the process with a stack trace.
 * @returns waits until everything is written; resolves with the first error of standard output, or null
 */
export function watchOutput({ stdout, stderr }: CommandIo): () => Promise<Error | null> {
  const output = watchErrors(stdout);
  // What cannot be written to standard error cannot be reported either.
  watchErrors(stderr);
  return async () => {
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
    return output.error;
  };
}

// Remembered here: `process.stdout` forgets that it failed, and fails again at the next write.
function watchErrors(stream: Writable): { readonly error: Error | null } {
  const seen: { error: Error | null } = { error: null };
  stream.on('error', (error) => (seen.error ??= error));
  return seen;
}

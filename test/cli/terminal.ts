import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/cli.ts';
import type { Environment, Outcome } from './command.ts';

/** Runs a command in this process as if on a terminal. @param answer what the operator types, with the newline */
export async function runOnTerminal(args: readonly string[], env: Environment, answer: string): Promise<Outcome> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 200 });
  const stderr = new PassThrough();
  const texts = Promise.all([text(stdout), text(stderr)]);
  stdin.end(answer);
  const code = await run(args, { env, stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  const [output, errors] = await texts;
  return { code, stdout: output, stderr: errors };
}

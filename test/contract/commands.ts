import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/cli.ts';

/** Every command without subcommands, by its full name, such as `tenant add`. */
export function everyCommand(): ReadonlyMap<string, Command> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  return new Map(leavesOf(createProgram({ env: {}, stdin, stdout, stderr }), []));
}

function leavesOf({ commands }: Command, above: readonly string[]): [string, Command][] {
  return commands.flatMap((each): [string, Command][] => {
    const name = [...above, each.name()];
    return each.commands.length > 0 ? leavesOf(each, name) : [[name.join(' '), each]];
  });
}

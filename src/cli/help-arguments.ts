import type { Command } from 'commander';

const helpOptions: readonly string[] = ['--help', '-h'];

/**
 * Corrects Commander's handling of three cases: `help tenant add` becomes `tenant add --help`, an unknown command is
 * reported even if --help follows, and a missing command is reported even if it is followed by --json, which is an
 * option of commands only.
 * @returns the arguments to parse
 * @throws CommanderError for an unknown command, after printing its message
 */
export function helpArguments(program: Command, args: readonly string[]): readonly string[] {
  let command = program;
  const path: string[] = [];
  let isHelp = args.some((word) => helpOptions.includes(word));
  for (const word of args) {
    if (command.commands.length === 0) break;
    if (word.startsWith('-')) continue;
    if (word === 'help') {
      isHelp = true;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) return isHelp ? command.error(`error: unknown command '${word}'`) : args;
    path.push(word);
    command = next;
  }
  if (isHelp) return [...path, '--help'];
  return command.commands.length > 0 ? args.filter((word) => word !== '--json') : args;
}

import type { Command } from 'commander';

/**
 * - `reads`: changes no stored data, and neither creates nor migrates a database
 * - `writes`: may migrate the database, and makes only changes that can be undone
 * - `interrupting`: keeps users out until it is undone; asks for confirmation on a terminal; has --yes and --dry-run
 * - `destructive`: like `interrupting`, and requires --yes without a terminal
 */
export type CommandClass = 'reads' | 'writes' | 'interrupting' | 'destructive';

/** Every command without subcommands. A command that is missing here cannot be run. */
export const commandClasses: Readonly<Record<string, CommandClass>> = {
  serve: 'writes',
  demo: 'writes',
  migrate: 'writes',
  check: 'reads',
  status: 'reads',
  'tenant add': 'writes',
  'tenant list': 'reads',
  'tenant move-out': 'interrupting',
  'tenant move-in': 'writes',
  'tenant receipt': 'reads',
  'tenant move-done': 'destructive',
  'tenant moves': 'reads',
  'tenant move-cancel': 'destructive',
  // A refused bundle can never be imported.
  'tenant move-refuse': 'destructive',
  'tenant cancellation': 'reads',
  'tenant move-undo': 'destructive',
  'tenant unlist': 'writes',
  'tenant publish': 'writes',
  'tenant suspend': 'destructive',
  'tenant resume': 'writes',
  'user add': 'writes',
  'user reset-password': 'writes',
  'user remove-second-factor': 'destructive',
  // Grants rights that only another Global admin can revoke.
  'user make-global-admin': 'destructive',
  'user list': 'reads',
  'operator add': 'writes',
  'operator list': 'reads',
  'operator block': 'writes',
  'operator unblock': 'writes',
  'operator delete': 'destructive',
  'operator reset-password': 'writes',
  'route add': 'writes',
  'route list': 'reads',
  'route remove': 'writes',
  // Each export increments the directory's serial number.
  'route export': 'writes',
  // Generates the key on first use.
  'route key': 'writes',
  'route import': 'destructive',
  'activity verify': 'reads',
  // Each export is recorded in the log.
  'activity export': 'writes',
  // Replaces the current list, which cannot be exported and therefore cannot be restored.
  'passwords import': 'destructive',
  purge: 'destructive',
  'rules check': 'reads',
  // Generates the keys on first use.
  'region key': 'writes',
  'region prove': 'writes',
};

/** Commands of the class `reads` that generate a key in the data directory when it is first needed. */
export const keyGeneratingCommands: readonly string[] = ['tenant receipt', 'tenant cancellation'];

/**
 * Adds the options of commands that ask for confirmation.
 * @throws Error for a command without a class
 */
export function applyClasses(program: Command): void {
  for (const [name, command] of leavesOf(program, [])) {
    const commandClass = commandClasses[name];
    if (commandClass === undefined) throw new Error(`The command "${name}" has no class in command-classes.ts`);
    const confirmation = confirmations[commandClass];
    if (confirmation === undefined) continue;
    command.option('--yes', confirmation).option('--dry-run', 'print what would change and change nothing');
  }
}

const confirmations: Readonly<Partial<Record<CommandClass, string>>> = {
  interrupting: 'do not ask for confirmation on a terminal',
  destructive: 'confirm; required without a terminal, otherwise nothing is changed and the exit code is 1',
};

function leavesOf({ commands }: Command, above: readonly string[]): [string, Command][] {
  return commands.flatMap((each): [string, Command][] => {
    const name = [...above, each.name()];
    return each.commands.length > 0 ? leavesOf(each, name) : [[name.join(' '), each]];
  });
}

import type { Command } from 'commander';
import { readConfig } from '../platform/config/config.ts';
import { print } from './context.ts';
import type { CommandIo } from './io.ts';

export function addCheckCommand(program: Command, io: CommandIo): void {
  program
    .command('check')
    .description('check configuration, database, session store, mail server and locales; one line per fault')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { config, faults } = readConfig(io.env);
      // What it checks is nearly all of the portal: the other commands start without it.
      const { findFaults, findNotes } = await import('./configuration-checks.ts');
      const all = config === null ? faults : await findFaults(config);
      const ok = all.length === 0;
      const notes = config === null || !ok ? [] : await findNotes(config, Date.now());
      const result = { ok, faults: all, ...(notes.length === 0 ? {} : { notes }) };
      print(io, options, result, [...(ok ? ['Everything is in order.'] : all), ...notes]);
      io.exitCode = ok ? 0 : 1;
    });
}

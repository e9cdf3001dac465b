import type { Command } from 'commander';
import { readConfig } from '../platform/config/config.ts';
import { misspelledSettings } from '../platform/config/misspelled-settings.ts';
import { print, printFindings, type CommandIo } from './io.ts';

export function addCheckCommand(program: Command, io: CommandIo): void {
  program
    .command('check')
    .description('check the configuration, database, session store, mail server and locales; print one line per error')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { config, faults } = readConfig(io.env);
      // Imported only here, because the checks load most of the portal, which would slow down every other command.
      const { findFaults, findNotes } = await import('./configuration-checks.ts');
      const all = config === null ? faults : await findFaults(config);
      const ok = all.length === 0;
      const notes = misspelledSettings(io.env);
      if (config !== null && ok) notes.push(...(await findNotes(config, Date.now())));
      const result = { ok, faults: all, ...(notes.length === 0 ? {} : { notes }) };
      if (ok) print(io, options, result, ['No problems found.', ...notes]);
      else printFindings(io, options, result, [...all, ...notes]);
    });
}

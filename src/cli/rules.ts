import type { Command } from 'commander';
import { listLanguages } from '../platform/config/languages.ts';
import { readRules } from '../platform/config/rules.ts';
import { print, printFindings, type CommandIo } from './io.ts';

export function addRulesCommands(program: Command, io: CommandIo): void {
  program
    .command('rules')
    .description('check region rules files')
    .command('check <file>')
    .description('check a rules file; print each error with its path in the file and exit 1')
    .option('--json', 'print one JSON object')
    .action((file: string, options: { json?: boolean }) => {
      const { rules, faults } = readRules(file, listLanguages(io.env.LOCALES_DIR ?? null));
      const ok = rules !== null;
      const about = ok ? { region: rules.region, edition: rules.edition, revision: rules.revision } : {};
      const result = { ok, ...about, faults };
      if (ok) print(io, options, result, [`The rules of ${rules.region} are valid.`]);
      else printFindings(io, options, result, faults);
    });
}

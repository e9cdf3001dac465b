import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { ChainFault } from '../domain/activity/chain.ts';
import { createLogExports, wholeLog, verifyChain, type Verified, activityStore } from '../core/activity/index.ts';
import { createThrottle, tenantsStore } from '../core/accounts/index.ts';
import { createLogCsv } from '../site/activity/log-file.ts';
import { createActivityTexts } from '../site/activity/entry-texts.ts';
import { loadTranslator } from '../i18n/translator.ts';
import { trimmedEntriesNote, chainFaultMessages, verifyLogFile } from './verify-log-file.ts';
import { print, readDatabase, withExistingDatabase, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandError } from '../platform/command-error.ts';

interface VerifyOptions {
  tenant?: string;
  file?: string;
  json?: boolean;
}

type TenantFault = ChainFault & { readonly tenantId: string };

export function addActivityCommands(program: Command, io: CommandIo): void {
  const activity = program.command('activity').description('verify and export activity logs');
  activity
    .command('verify')
    .description(
      'verify the hash chain of each log; exit 1 and name the first entry that was changed, deleted or reordered',
    )
    .option('--tenant <id>', 'verify only the log of this tenant')
    .option('--file <path>', 'verify a JSON Lines export instead of the database; - reads standard input')
    .option('--json', 'print one JSON object')
    .action((options: VerifyOptions) =>
      options.file === undefined
        ? readDatabase(io, ({ database }) => verify(io, database, options))
        : verifyLogFile(io, { ...options, file: options.file }),
    );
  activity
    .command('export')
    .description('write the log of a tenant to standard output as JSON Lines; the export itself is recorded in the log')
    .requiredOption('--tenant <id>', 'ID of the tenant')
    .action(({ tenant }: { tenant: string }) => withExistingDatabase(io, (context) => exportLog(io, context, tenant)));
}

async function verify(io: CommandIo, database: Database, options: VerifyOptions): Promise<void> {
  const tenants = options.tenant === undefined ? await activityStore.tenantsForOperator(database) : [options.tenant];
  let entries = 0;
  let dropped = 0;
  for (const tenantId of tenants) {
    const verified = await verifyChain(database, tenantId);
    if (verified === null) throw new CommandError(`Tenant not found: ${tenantId}`);
    entries += verified.entries;
    dropped += verified.dropped;
    if (verified.fault !== null)
      return report(io, options, { entries, dropped, fault: { ...verified.fault, tenantId } });
  }
  report(io, options, { entries, dropped, fault: null });
}

function report(io: CommandIo, options: VerifyOptions, { entries, dropped, fault }: Verified<TenantFault>): void {
  const ok = fault === null;
  const lines = ok
    ? [
        `${entries} entries verified: none changed, deleted or reordered.`,
        ...(dropped === 0 ? [] : [trimmedEntriesNote(dropped)]),
      ]
    : [`Tenant ${fault.tenantId}: ${chainFaultMessages[fault.fault](fault.place)}.`];
  print(io, options, { ok, entries, ...(dropped === 0 ? {} : { dropped }), fault }, lines);
  io.exitCode = ok ? 0 : 1;
}

async function exportLog(io: CommandIo, { config, database, tenants }: CommandContext, id: string): Promise<void> {
  const tenant = await tenantsStore.findForOperator(database, id);
  if (tenant === null) throw new CommandError(`Tenant not found: ${id}`);
  const throttle = createThrottle(database, config.rules, Date.now);
  const wordsFor = createActivityTexts(await loadTranslator(config.languages), Date.now);
  const exports = createLogExports({ database, throttle, csv: createLogCsv(wordsFor), clock: Date.now });
  const result = await exports.begin(tenants.operatorScope(tenant), 'jsonl', wholeLog);
  if (result.outcome === 'throttled') throw new CommandError('Too many exports; try again later');
  await pipeline(result.text, io.stdout, { end: false });
}

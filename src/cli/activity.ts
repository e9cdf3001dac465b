import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { ChainFault } from '../domain/activity/chain.ts';
import { createLogExports, wholeLog, verifyChain, type Verified, activityStore } from '../core/activity/index.ts';
import { createThrottle, tenantsStore } from '../core/accounts/index.ts';
import { logCsv } from '../site/activity/log-file.ts';
import { createActivityWords } from '../site/activity/words.ts';
import { loadTranslator } from '../i18n/translator.ts';
import { droppedBefore, faultWords, verifyFile } from './activity-file.ts';
import { print, withContext, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandFault } from '../platform/command-fault.ts';

interface VerifyOptions {
  tenant?: string;
  file?: string;
  json?: boolean;
}

/** The fault of a chain, with the tenant whose chain it is. */
type TenantFault = ChainFault & { readonly tenantId: string };

export function addActivityCommands(program: Command, io: CommandIo): void {
  const activity = program.command('activity').description('the activity log');
  activity
    .command('verify')
    .description('follow the chain of each log; name the first entry that was changed, dropped or reordered, exit 1')
    .option('--tenant <id>', 'only this tenant')
    .option('--file <path>', 'an export in JSON Lines, without any database; - reads standard input')
    .option('--json', 'print one JSON object')
    .action((options: VerifyOptions) =>
      options.file === undefined
        ? withContext(io, ({ database }) => verify(io, database, options))
        : verifyFile(io, { ...options, file: options.file }),
    );
  activity
    .command('export')
    .description('write the log of a tenant to standard output, in JSON Lines; it stands in the log itself')
    .requiredOption('--tenant <id>', 'the tenant')
    .action(({ tenant }: { tenant: string }) => withContext(io, (context) => exportLog(io, context, tenant)));
}

async function verify(io: CommandIo, database: Database, options: VerifyOptions): Promise<void> {
  const tenants = options.tenant === undefined ? await activityStore.tenantsForOperator(database) : [options.tenant];
  let entries = 0;
  let dropped = 0;
  for (const tenantId of tenants) {
    const verified = await verifyChain(database, tenantId);
    if (verified === null) throw new CommandFault(`There is no tenant ${tenantId}`);
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
    ? [`${entries} entries, none changed, dropped or reordered.`, ...(dropped === 0 ? [] : [droppedBefore(dropped)])]
    : [`Tenant ${fault.tenantId}: ${faultWords[fault.fault](fault.place)}.`];
  print(io, options, { ok, entries, ...(dropped === 0 ? {} : { dropped }), fault }, lines);
  io.exitCode = ok ? 0 : 1;
}

async function exportLog(io: CommandIo, { config, database, tenants }: CommandContext, id: string): Promise<void> {
  const tenant = await tenantsStore.findForOperator(database, id);
  if (tenant === null) throw new CommandFault(`There is no tenant ${id}`);
  const throttle = createThrottle(database, config.rules);
  const wordsFor = createActivityWords(await loadTranslator(config.languages), Date.now);
  const exports = createLogExports({ database, throttle, csv: logCsv(wordsFor), clock: Date.now });
  const result = await exports.begin(tenants.operatorScope(tenant), 'jsonl', wholeLog);
  if (result.outcome === 'throttled') throw new CommandFault('Too many exports; wait a little');
  await pipeline(result.text, io.stdout, { end: false });
}

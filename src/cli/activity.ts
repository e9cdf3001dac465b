import type { Command } from 'commander';
import { sha256 } from '../data/digest.ts';
import { createChainCheck, type ChainFault } from '../domain/activity-chain.ts';
import type { Stores } from '../stores.ts';
import { CommandFault, print, withContext } from './context.ts';

interface VerifyOptions {
  tenant?: string;
  json?: boolean;
}

/** The fault of a chain, with the tenant whose chain it is. */
type TenantFault = ChainFault & { readonly tenantId: string };

export function addActivityCommands(program: Command): void {
  program
    .command('activity')
    .description('the activity log')
    .command('verify')
    .description('follow the chain of each log; name the first entry that was changed, dropped or reordered, exit 1')
    .option('--tenant <id>', 'only this tenant')
    .option('--json', 'print one JSON object')
    .action((options: VerifyOptions) => withContext(({ stores }) => verify(stores, options)));
}

async function verify(stores: Stores, options: VerifyOptions): Promise<void> {
  const all = await stores.activity.chainsForOperator();
  const chains = all.filter(({ tenantId }) => options.tenant === undefined || tenantId === options.tenant);
  if (options.tenant !== undefined && chains.length === 0)
    throw new CommandFault(`There is no tenant ${options.tenant}`);
  let entries = 0;
  for (const { tenantId, length, hash } of chains) {
    const check = createChainCheck(sha256);
    let fault: ChainFault | null = null;
    for await (const entry of stores.activity.entriesForOperator(tenantId)) {
      fault = check.next(entry);
      if (fault !== null) break;
      entries++;
    }
    fault ??= check.end(length, hash);
    if (fault !== null) return report(options, entries, { ...fault, tenantId });
  }
  report(options, entries, null);
}

function report(options: VerifyOptions, entries: number, fault: TenantFault | null): void {
  const ok = fault === null;
  const line = ok
    ? `${entries} entries, none changed, dropped or reordered.`
    : `Tenant ${fault.tenantId}: entry ${fault.place} is ${fault.fault === 'missing' ? 'missing' : 'not as it was recorded'}.`;
  print(options, { ok, entries, fault }, [line]);
  process.exitCode = ok ? 0 : 1;
}

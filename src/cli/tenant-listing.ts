import type { Command } from 'commander';
import { print, withContext } from './context.ts';
import type { CommandIo } from './io.ts';

/** Whether the directory that other regions get names a tenant's domains. */
export function addListingCommands(tenant: Command, io: CommandIo): void {
  for (const [name, listed, description, words] of [
    ['unlist', false, 'keep the domains of the tenant from other regions', 'is unlisted'],
    ['publish', true, 'let other regions know the domains of the tenant, once they are in the directory', 'is listed'],
  ] as const) {
    tenant
      .command(`${name} <id>`)
      .description(description)
      .option('--json', 'print one JSON object')
      .action((id: string, options: { json?: boolean }) =>
        withContext(io, async ({ tenants }) => {
          const { name: tenantName } = await tenants.setListed(id, listed);
          print(io, options, { tenantId: id, listed }, [`${tenantName} ${words}.`]);
        }),
      );
  }
}

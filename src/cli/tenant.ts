import type { Command } from 'commander';
import { type Tenants, tenantsStore } from '../core/accounts/index.ts';
import { print, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { addListingCommands } from './tenant-listing.ts';
import { addMovingCommands } from './tenant-moving.ts';
import type { Database } from '../platform/database/database.ts';

interface AddOptions {
  name: string;
  domain: string[];
  language: string;
  adminName: string;
  adminUsername: string;
  unlisted?: boolean;
  json?: boolean;
}

export function addTenantCommands(program: Command, io: CommandIo): void {
  const tenant = program.command('tenant').description('the partner companies of this region');
  tenant
    .command('add')
    .description('add a tenant and its first Global admin, whose temporary password is printed once')
    .requiredOption('--name <name>', 'name of the company')
    .requiredOption('--domain <domain...>', 'mail domains of the company')
    .requiredOption('--language <language>', 'en, fr or de')
    .requiredOption('--admin-name <name>', 'name of the first Global admin')
    .requiredOption('--admin-username <username>', 'user name of the first Global admin, on one of the domains')
    .option('--unlisted', 'keep its domains from other regions')
    .option('--json', 'print one JSON object')
    .action((options: AddOptions) => withContext(io, ({ tenants }) => add(io, tenants, options)));
  tenant
    .command('list')
    .description('list the tenants with the number of their users')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      withContext(io, async ({ database }) => {
        const tenants = await listed(database);
        print(
          io,
          options,
          { tenants },
          tenants.map((each) =>
            [each.id, each.status, each.users, each.name, each.domains.join(' ')]
              .concat(each.unlisted ? 'unlisted' : [])
              .join('  '),
          ),
        );
      }),
    );
  addMovingCommands(tenant, io);
  addListingCommands(tenant, io);
  for (const [name, state] of [
    ['suspend', 'suspended'],
    ['resume', 'active'],
  ] as const) {
    tenant
      .command(`${name} <id>`)
      .description(
        state === 'active' ? 'let the tenant sign in again' : 'end all sessions of the tenant and refuse new ones',
      )
      .option('--json', 'print one JSON object')
      .action((id: string, options: { json?: boolean }) =>
        withContext(io, async ({ database, tenants }) => {
          const { name: tenantName } = await tenants.setState(id, state);
          const changed = (await listed(database)).filter((each) => each.id === id);
          print(io, options, { tenants: changed }, [`${tenantName} is ${state}.`]);
        }),
      );
  }
}

const listed = async (database: Database) =>
  (await tenantsStore.listForOperator(database)).map(({ id, name, domains, state, users, listed: isListed }) => ({
    id,
    name,
    domains,
    status: state,
    users,
    ...(isListed ? {} : { unlisted: true }),
  }));

async function add(io: CommandIo, tenants: Tenants, options: AddOptions): Promise<void> {
  const added = await tenants.add(
    { name: options.name, domains: options.domain, language: options.language, listed: options.unlisted !== true },
    {
      username: options.adminUsername,
      name: options.adminName,
      administratorLevel: 'global',
      agentLevel: 'none',
      language: null,
    },
  );
  const { tenantId, userId, username, temporaryPassword } = added;
  print(io, options, { tenantId, userId, username, temporaryPassword }, [
    `Tenant ${tenantId}`,
    `Global admin ${username}`,
    `Temporary password, shown this once: ${temporaryPassword}`,
  ]);
}

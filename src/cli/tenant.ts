import type { Command } from 'commander';
import { listLanguages } from '../platform/config/languages.ts';
import { sessionsStore, tenantsStore } from '../core/accounts/index.ts';
import { approverLines } from './approver-lines.ts';
import { changeAfterConfirmation, type DestructiveOptions, type Effects } from './confirmation.ts';
import { print, readDatabase, withContext, type CommandContext } from './context.ts';
import { textOf, type CommandIo } from './io.ts';
import { printBeforeCommit } from './secret-output.ts';
import { addMovingCommands } from './tenant-move.ts';
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

interface JsonOption {
  readonly json?: boolean;
}

export function addTenantCommands(program: Command, io: CommandIo): void {
  const tenant = program.command('tenant').description('manage the tenants of this region');
  addTenantAddCommand(tenant, io);
  addTenantListCommand(tenant, io);
  addMovingCommands(tenant, io);
  addListingCommands(tenant, io);
  addStateCommand(tenant, io, {
    name: 'suspend',
    state: 'suspended',
    description: 'end all sessions of a tenant and block sign-in for its users',
  });
  addStateCommand(tenant, io, {
    name: 'resume',
    state: 'active',
    description: 'unblock sign-in for a suspended tenant',
  });
}

function addTenantAddCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('add')
    .description('add a tenant and its first Global admin; print the temporary password once')
    .requiredOption('--name <name>', 'name of the organization')
    .requiredOption('--domain <domain...>', 'email domains of the organization')
    .requiredOption('--language <language>', `one of ${listLanguages(io.env.LOCALES_DIR ?? null).join(', ')}`)
    .requiredOption('--admin-name <name>', 'name of the first Global admin')
    .requiredOption('--admin-username <username>', 'user name of the first Global admin, on one of the domains')
    .option('--unlisted', 'leave its domains out of exported directories')
    .option('--json', 'print one JSON object')
    .action((options: AddOptions) =>
      withContext(io, (context) => printBeforeCommit(io, context, (inner) => addTenant(inner, options))),
    );
}

function addTenantListCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('list')
    .description('list the tenants and their numbers of users')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) =>
      readDatabase(io, async ({ database }) => {
        const tenants = await tenantRecords(database);
        print(io, options, { tenants }, tenants.map(tenantLine));
      }),
    );
}

interface StateCommand {
  readonly name: string;
  readonly state: 'active' | 'suspended';
  readonly description: string;
}

function addStateCommand(tenant: Command, io: CommandIo, { name, state, description }: StateCommand): void {
  tenant
    .command(`${name} <id>`)
    .description(description)
    .option('--json', 'print one JSON object')
    .action((id: string, options: DestructiveOptions) => {
      const change = async ({ database, tenants }: CommandContext): Promise<void> => {
        const { name: tenantName } = await tenants.setState(id, state);
        const changed = (await tenantRecords(database)).filter((each) => each.id === id);
        print(io, options, { tenants: changed }, [`${tenantName} is ${state}.`]);
      };
      if (state === 'active') return withContext(io, change);
      const findEffects = (context: CommandContext): Promise<Effects> => effectsOfSuspension(context, id);
      return changeAfterConfirmation(io, options, { findEffects, change });
    });
}

async function effectsOfSuspension({ database, tenants }: CommandContext, id: string): Promise<Effects> {
  const tenant = await tenants.getChangeable(id);
  const users = (await tenantRecords(database)).find((each) => each.id === id)?.users ?? 0;
  const sessions = await sessionsStore.countOfTenant(database, tenants.operatorScope(tenant));
  return {
    lines: [
      `Suspending ${tenant.name} ends all sessions (${sessions}) and blocks sign-in for its users (${users}).`,
      ...(tenant.kind === 'operators'
        ? ['It is the organization of the operators, who cannot sign in meanwhile.']
        : []),
    ],
    counts: { users, sessions },
  };
}

const tenantLine = ({
  id,
  status,
  users,
  name,
  domains,
  unlisted,
}: Awaited<ReturnType<typeof tenantRecords>>[number]) =>
  [id, status, users, name, domains.join(' ')].concat(unlisted ? 'unlisted' : []).join('  ');

const tenantRecords = async (database: Database) =>
  (await tenantsStore.listForOperator(database)).map(({ id, name, domains, state, users, listed: isListed }) => ({
    id,
    name,
    domains,
    status: state,
    users,
    ...(isListed ? {} : { unlisted: true }),
  }));

async function addTenant({ database, tenants }: CommandContext, options: AddOptions): Promise<string> {
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
  return textOf(options, { tenantId, userId, username, temporaryPassword }, [
    `Tenant ${tenantId}`,
    `Global admin ${username}`,
    `Temporary password (shown only once): ${temporaryPassword}`,
    ...(await approverLines(database, tenants, tenantId)),
  ]);
}

/** Adds the commands that include a tenant's domains in exported directories or exclude them. */
export function addListingCommands(tenant: Command, io: CommandIo): void {
  for (const [name, listed, description, state] of [
    ['unlist', false, 'leave the domains of a tenant out of exported directories', 'is unlisted'],
    ['publish', true, 'include the domains of a tenant in exported directories', 'is listed'],
  ] as const) {
    tenant
      .command(`${name} <id>`)
      .description(description)
      .option('--json', 'print one JSON object')
      .action((id: string, options: { json?: boolean }) =>
        withContext(io, async ({ tenants }) => {
          const { name: tenantName } = await tenants.setListed(id, listed);
          print(io, options, { tenantId: id, listed }, [`${tenantName} ${state}.`]);
        }),
      );
  }
}

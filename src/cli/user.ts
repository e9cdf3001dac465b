import { Option, type Command } from 'commander';
import type { Language } from '../domain/regions.ts';
import { listLanguages } from '../platform/config/languages.ts';
import { administratorLevels, agentLevels, type AdministratorLevel, type AgentLevel } from '../domain/roles.ts';
import { canonicalUsername, statusOf, type User } from '../domain/people/user.ts';
import {
  createRemoval,
  createLinkTokens,
  createCredentialIssuer,
  createThrottle,
  createUsers,
  credentialsStore,
  tenantsStore,
  usersStore,
} from '../core/accounts/index.ts';
import { print, printEach, withContext, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { saysOfRules, saysOfSecondAdministrator } from './placed.ts';
import { linkAddresses } from '../site/http/paths.ts';
import { CommandFault } from '../platform/command-fault.ts';

interface AddOptions {
  tenant: string;
  username: string;
  name: string;
  administratorLevel: AdministratorLevel;
  agentLevel: AgentLevel;
  language?: Language;
  json?: boolean;
}

interface JsonOption {
  readonly json?: boolean;
}

export function addUserCommands(program: Command, io: CommandIo): void {
  const user = program
    .command('user')
    .description('the people of a tenant: the operator’s way in when nobody else can help');
  addUserAddCommand(user, io);
  addResetPasswordCommand(user, io);
  addRemoveSecondFactorCommand(user, io);
  addUserListCommand(user, io);
}

function addUserAddCommand(user: Command, io: CommandIo): void {
  user
    .command('add')
    .description('add a user, whose temporary password is printed once')
    .requiredOption('--tenant <id>', 'the tenant')
    .requiredOption('--username <username>', 'on one of the domains of the tenant')
    .requiredOption('--name <name>', 'display name')
    .addOption(new Option('--administrator-level <level>').choices(administratorLevels).default('none'))
    .addOption(new Option('--agent-level <level>').choices(agentLevels).default('none'))
    .addOption(new Option('--language <language>').choices(listLanguages(io.env.LOCALES_DIR ?? null)))
    .option('--json', 'print one JSON object')
    .action((options: AddOptions) =>
      withContext(io, async ({ tenants, config }) => {
        const { tenant, language, json, ...person } = options;
        const added = await tenants.addUser(tenant, { ...person, language: language ?? null });
        printPassword(io, { json }, added, saysOfRules(config.rules, 'users.add'));
      }),
    );
}

function addResetPasswordCommand(user: Command, io: CommandIo): void {
  user
    .command('reset-password <username>')
    .description('give a user a temporary password, printed once; it stands in the activity log')
    .option('--json', 'print one JSON object')
    .action((username: string, options: JsonOption) =>
      withContext(io, async (context) => {
        const said = saysOfRules(context.config.rules, 'users.resetPassword');
        const { bypassed, ...added } = await resetPassword(context, username);
        printPassword(io, options, added, [...said, ...bypassed]);
      }),
    );
}

function addRemoveSecondFactorCommand(user: Command, io: CommandIo): void {
  user
    .command('remove-second-factor <username>')
    .description(
      'let a user in by their password alone, who has lost app and recovery codes; it stands in the activity log',
    )
    .option('--json', 'print one JSON object')
    .action((username: string, options: JsonOption) =>
      withContext(io, async (context) => {
        const { bypassed, ...removed } = await removeSecondFactorOf(context, username);
        const said = saysOfRules(context.config.rules, 'users.removeSecondFactor');
        print(io, options, removed, [`${removed.username} has no second factor any more`, ...said, ...bypassed]);
      }),
    );
}

function addUserListCommand(user: Command, io: CommandIo): void {
  user
    .command('list')
    .description('list the users of a tenant')
    .requiredOption('--tenant <id>', 'the tenant')
    .option('--json', 'print one JSON object')
    .action((options: { tenant: string; json?: boolean }) => withContext(io, (context) => list(io, context, options)));
}

async function findUser({ database }: CommandContext, typed: string) {
  const username = canonicalUsername(typed);
  const found = await credentialsStore.findForSignInAcrossTenants(database, username);
  if (found === null || found.user.state === 'deleted') throw new CommandFault(`There is no user ${username}`);
  return found;
}

async function removeSecondFactorOf(context: CommandContext, typed: string) {
  const { user, tenant } = await findUser(context, typed);
  const scope = context.tenants.operatorScope(tenant);
  const throttle = createThrottle(context.database, context.config.rules);
  const { outcome } = await createRemoval({ database: context.database, throttle, clock: Date.now })(scope, user.id);
  if (outcome === 'moving') throw new CommandFault(`The tenant of ${user.username} is moving to another region`);
  if (outcome !== 'done')
    throw new CommandFault(
      user.secondFactorDue
        ? `${user.username} must set up a second factor at the next sign-in: theirs did not move to this region with the tenant`
        : `${user.username} has no second factor`,
    );
  const bypassed = saysOfSecondAdministrator(scope, 'removeSecondFactor', user);
  return { userId: user.id, username: user.username, bypassed };
}

/** Resets the password of anybody in the region. @throws CommandFault */
export async function resetPassword(context: CommandContext, typed: string) {
  const { config, database, hasher, tenants } = context;
  const found = await findUser(context, typed);
  const { username } = found.user;
  if (found.tenant.state === 'moving') throw new CommandFault(`The tenant of ${username} is moving to another region`);
  const throttle = createThrottle(database, config.rules);
  const tokens = createLinkTokens([], linkAddresses(config.baseUrl));
  const credentialIssuer = createCredentialIssuer({ hasher, tokens, canMail: false, clock: Date.now });
  const users = createUsers({ database, credentialIssuer, throttle, clock: Date.now });
  const scope = tenants.operatorScope(found.tenant);
  const result = await users.resetPassword(scope, found.user.id, null);
  if (result.outcome !== 'reset') {
    throw new CommandFault('Somebody else changed this password at the same moment; try again');
  }
  const bypassed = saysOfSecondAdministrator(scope, 'resetPassword', found.user);
  return { userId: found.user.id, username, temporaryPassword: result.way.clearText ?? '', bypassed };
}

async function list(
  io: CommandIo,
  { database }: CommandContext,
  options: { tenant: string; json?: boolean },
): Promise<void> {
  if ((await tenantsStore.findForOperator(database, options.tenant)) === null)
    throw new CommandFault(`There is no tenant ${options.tenant}`);
  const users = listed(usersStore.everyUser(database, options.tenant), Date.now());
  await printEach(io, options, 'users', users, ({ id, status, username, name }) =>
    [id, status, username, name].join('  '),
  );
}

/** Users as the commands print them. */
export async function* listed(users: AsyncIterable<User>, now: number) {
  for await (const user of users) {
    yield {
      id: user.id,
      username: user.username,
      name: user.displayName,
      status: statusOf(user, now),
      administratorLevel: user.administratorLevel,
      agentLevel: user.agentLevel,
      language: user.language,
      lastSignInAt: user.lastSignInAt === null ? null : new Date(user.lastSignInAt).toISOString(),
    };
  }
}

/** Prints a temporary password, this once, and what else there is to say to a person. */
export function printPassword(
  io: CommandIo,
  options: { json?: boolean | undefined },
  added: { userId: string; username: string; temporaryPassword: string },
  said: readonly string[] = [],
): void {
  const { userId, username, temporaryPassword } = added;
  print(io, options, { userId, username, temporaryPassword }, [
    username,
    `Temporary password, shown this once: ${temporaryPassword}`,
    ...said,
  ]);
}

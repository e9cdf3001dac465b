import { Option, type Command } from 'commander';
import type { Language } from '../domain/regions.ts';
import { listLanguages } from '../platform/config/languages.ts';
import { administratorLevels, agentLevels, type AdministratorLevel, type AgentLevel } from '../domain/roles.ts';
import { canonicalUsername } from '../domain/people/user.ts';
import {
  createSecondFactorRemover,
  createLinkTokens,
  createCredentialIssuer,
  createThrottle,
  createUsers,
  credentialsStore,
  tenantsStore,
  usersStore,
} from '../core/accounts/index.ts';
import { print, printEach, withContext, type CommandContext } from './context.ts';
import { printPassword, userRecords } from './user-output.ts';
import { explainDeletedUser, findDeletedUserError } from './deleted-user.ts';
import type { CommandIo } from './io.ts';
import { placementNotes, approvalNotes } from './bypassed-rules.ts';
import { oneTimeLinkUrls } from '../site/http/paths.ts';
import { CommandError } from '../platform/command-error.ts';

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
    .description('manage the users of a tenant in emergencies, when no administrator can');
  addUserAddCommand(user, io);
  addResetPasswordCommand(user, io);
  addRemoveSecondFactorCommand(user, io);
  addUserListCommand(user, io);
}

function addUserAddCommand(user: Command, io: CommandIo): void {
  user
    .command('add')
    .description('add a user and print the temporary password once')
    .requiredOption('--tenant <id>', 'ID of the tenant')
    .requiredOption('--username <username>', 'user name, on one of the domains of the tenant')
    .requiredOption('--name <name>', 'display name')
    .addOption(new Option('--administrator-level <level>').choices(administratorLevels).default('none'))
    .addOption(new Option('--agent-level <level>').choices(agentLevels).default('none'))
    .addOption(new Option('--language <language>').choices(listLanguages(io.env.LOCALES_DIR ?? null)))
    .option('--json', 'print one JSON object')
    .action((options: AddOptions) =>
      withContext(io, async (context) => {
        const { tenant, language = null, json, ...person } = options;
        const added = await explainDeletedUser(context, person.username, () =>
          context.tenants.addUser(tenant, { ...person, language }),
        );
        printPassword(io, { json }, added, placementNotes(context.config.rules, 'users.add'));
      }),
    );
}

function addResetPasswordCommand(user: Command, io: CommandIo): void {
  user
    .command('reset-password <username>')
    .description('issue a temporary password and print it once; the reset is recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action((username: string, options: JsonOption) =>
      withContext(io, async (context) => {
        const notes = placementNotes(context.config.rules, 'users.resetPassword');
        const { bypassed, ...added } = await resetPassword(context, username);
        printPassword(io, options, added, [...notes, ...bypassed]);
      }),
    );
}

function addRemoveSecondFactorCommand(user: Command, io: CommandIo): void {
  user
    .command('remove-second-factor <username>')
    .description(
      'remove the second factor of a user who lost the authenticator app and the recovery codes; recorded in the activity log',
    )
    .option('--json', 'print one JSON object')
    .action((username: string, options: JsonOption) =>
      withContext(io, async (context) => {
        const { bypassed, ...removed } = await removeSecondFactorOf(context, username);
        const notes = placementNotes(context.config.rules, 'users.removeSecondFactor');
        print(io, options, removed, [`${removed.username} no longer has a second factor`, ...notes, ...bypassed]);
      }),
    );
}

function addUserListCommand(user: Command, io: CommandIo): void {
  user
    .command('list')
    .description('list the users of a tenant')
    .requiredOption('--tenant <id>', 'ID of the tenant')
    .option('--json', 'print one JSON object')
    .action((options: { tenant: string; json?: boolean }) =>
      withContext(io, (context) => listUsers(io, context, options)),
    );
}

async function findUser(context: CommandContext, typed: string) {
  const username = canonicalUsername(typed);
  const found = await credentialsStore.findForSignInAcrossTenants(context.database, username);
  if (found === null || found.user.state === 'deleted')
    throw (await findDeletedUserError(context, username)) ?? new CommandError(`User not found: ${username}`);
  return found;
}

async function removeSecondFactorOf(context: CommandContext, typed: string) {
  const { user, tenant } = await findUser(context, typed);
  const scope = context.tenants.operatorScope(tenant);
  const throttle = createThrottle(context.database, context.config.rules);
  const { outcome } = await createSecondFactorRemover({ database: context.database, throttle, clock: Date.now })(
    scope,
    user.id,
  );
  if (outcome === 'moving')
    throw new CommandError(
      `Cannot remove the second factor: the tenant of ${user.username} is moving to another region`,
    );
  if (outcome !== 'done')
    throw new CommandError(
      user.secondFactorDue
        ? `${user.username} has no second factor: it did not move to this region with the tenant, and a new one must be set up at the next sign-in`
        : `${user.username} has no second factor`,
    );
  const bypassed = approvalNotes(scope, 'removeSecondFactor', user);
  return { userId: user.id, username: user.username, bypassed };
}

/** Resets the password of any user in the region. @throws CommandError if the user cannot get a new one */
export async function resetPassword(context: CommandContext, typed: string) {
  const { config, database, hasher, tenants } = context;
  const found = await findUser(context, typed);
  const { username } = found.user;
  if (found.tenant.state === 'moving')
    throw new CommandError(`Cannot reset the password: the tenant of ${username} is moving to another region`);
  const throttle = createThrottle(database, config.rules);
  const tokens = createLinkTokens([], oneTimeLinkUrls(config.baseUrl));
  const credentialIssuer = createCredentialIssuer({ hasher, tokens, canMail: false, clock: Date.now });
  const users = createUsers({ database, credentialIssuer, throttle, clock: Date.now });
  const scope = tenants.operatorScope(found.tenant);
  const result = await users.resetPassword(scope, found.user.id, null);
  if (result.outcome !== 'reset') {
    throw new CommandError('The password has just been changed by someone else; try again');
  }
  const bypassed = approvalNotes(scope, 'resetPassword', found.user);
  return { userId: found.user.id, username, temporaryPassword: result.credential.clearText ?? '', bypassed };
}

async function listUsers(
  io: CommandIo,
  { database }: CommandContext,
  options: { tenant: string; json?: boolean },
): Promise<void> {
  if ((await tenantsStore.findForOperator(database, options.tenant)) === null)
    throw new CommandError(`Tenant not found: ${options.tenant}`);
  const users = userRecords(usersStore.listByName(database, options.tenant), Date.now());
  await printEach(io, options, 'users', users, ({ id, status, username, name }) =>
    [id, status, username, name].join('  '),
  );
}

import { Option, type Command } from 'commander';
import type { Language } from '../domain/regions.ts';
import { listLanguages } from '../platform/config/languages.ts';
import { administratorLevels, agentLevels, type AdministratorLevel, type AgentLevel } from '../domain/roles.ts';
import { statusOf, type User } from '../domain/people/user.ts';
import {
  createLinkTokens,
  createCredentialIssuer,
  createThrottle,
  createUsers,
  tenantsStore,
  usersStore,
} from '../core/accounts/index.ts';
import { printEach, readDatabase, withContext, type CommandContext } from './context.ts';
import { findUser, rejectDeletedName } from './find-user.ts';
import { textOf, type CommandIo } from './io.ts';
import { printBeforeCommit } from './secret-output.ts';
import { addRemoveSecondFactorCommand } from './user-second-factor.ts';
import { addMakeGlobalAdminCommand } from './user-make-global-admin.ts';
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
  addMakeGlobalAdminCommand(user, io);
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
      withContext(io, (context) => printBeforeCommit(io, context, (inner) => addUser(inner, options))),
    );
}

function addResetPasswordCommand(user: Command, io: CommandIo): void {
  user
    .command('reset-password <username>')
    .description('issue a temporary password and print it once; the reset is recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action((username: string, options: JsonOption) =>
      withContext(io, (context) =>
        printBeforeCommit(io, context, async (inner) => {
          const notes = placementNotes(context.config.rules, 'users.resetPassword');
          const { bypassed, ...added } = await resetPassword(inner, username);
          return passwordText(options, added, [...notes, ...bypassed]);
        }),
      ),
    );
}

function addUserListCommand(user: Command, io: CommandIo): void {
  user
    .command('list')
    .description('list the users of a tenant')
    .requiredOption('--tenant <id>', 'ID of the tenant')
    .option('--json', 'print one JSON object')
    .action((options: { tenant: string; json?: boolean }) =>
      readDatabase(io, (context) => listUsers(io, context, options)),
    );
}

async function addUser(context: CommandContext, options: AddOptions): Promise<string> {
  const { tenants, config } = context;
  const { tenant, language, json, ...person } = options;
  await rejectDeletedName(context, person.username);
  const added = await tenants.addUser(tenant, { ...person, language: language ?? null });
  return passwordText({ json }, added, placementNotes(config.rules, 'users.add'));
}

/** Resets the password of any user in the region. @throws CommandError if the user cannot receive a new password */
export async function resetPassword(context: CommandContext, typed: string) {
  const { config, database, hasher, tenants } = context;
  const found = await findUser(context, typed);
  const { username } = found.user;
  if (found.tenant.state === 'moving')
    throw new CommandError(`Cannot reset the password: the tenant of ${username} is moving to another region`);
  const throttle = createThrottle(database, config.rules, Date.now);
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

/**
 * @param now the current time in epoch milliseconds
 * @returns the users in the format that commands print
 */
export async function* userRecords(users: AsyncIterable<User>, now: number) {
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

/**
 * @returns the text that shows the operator a new temporary password.
 * @param notes further lines for the operator, omitted from the JSON output
 */
export function passwordText(
  options: { json?: boolean | undefined },
  added: { userId: string; username: string; temporaryPassword: string },
  notes: readonly string[] = [],
): string {
  const { userId, username, temporaryPassword } = added;
  return textOf(options, { userId, username, temporaryPassword }, [
    username,
    `Temporary password (shown only once): ${temporaryPassword}`,
    ...notes,
  ]);
}

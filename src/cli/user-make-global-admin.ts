import type { Command } from 'commander';
import { appointGlobalAdmin, tenantsStore } from '../core/accounts/index.ts';
import { cleanName } from '../domain/people/user.ts';
import { isLongerThan } from '../domain/people/visible-text.ts';
import { maxReasonLength } from '../domain/approvals.ts';
import { CommandError } from '../platform/command-error.ts';
import { changeAfterConfirmation, type DestructiveOptions, type Effects } from './confirmation.ts';
import type { CommandContext } from './context.ts';
import { findUser } from './find-user.ts';
import { print, type CommandIo } from './io.ts';

interface Options extends DestructiveOptions {
  readonly reason: string;
}

export function addMakeGlobalAdminCommand(user: Command, io: CommandIo): void {
  user
    .command('make-global-admin <username>')
    .description(
      'make a user a Global admin, for example because no one else can approve requests; unblocks a blocked user; recorded in the activity log',
    )
    .requiredOption('--reason <text>', 'reason; recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action((username: string, options: Options) => {
      const reason = readReason(options);
      return changeAfterConfirmation(io, options, {
        findEffects: (context) => findEffects(context, username),
        change: async (context) => {
          const { lines, ...made } = await makeGlobalAdmin(context, username, reason);
          print(io, options, made, lines);
        },
      });
    });
}

function readReason({ reason }: Options): string {
  const cleaned = cleanName(reason);
  if (cleaned === '') throw new CommandError('--reason: must not be empty');
  if (isLongerThan(cleaned, maxReasonLength))
    throw new CommandError(`--reason: must not be longer than ${maxReasonLength} characters`);
  return cleaned;
}

async function findAppointable(context: CommandContext, typed: string) {
  const found = await findUser(context, typed);
  const { user, tenant } = found;
  if (tenant.id === (await tenantsStore.findOperatorsTenant(context.database))?.id)
    throw new CommandError(`${user.username} is an operator, not a user of a tenant`);
  if (tenant.state === 'moving')
    throw new CommandError(`Cannot change ${user.username}: the tenant is moving to another region`);
  if (user.administratorLevel === 'global' && user.state === 'active')
    throw new CommandError(`${user.username} is a Global admin already`);
  return found;
}

async function findEffects(context: CommandContext, typed: string): Promise<Effects> {
  const { user, tenant } = await findAppointable(context, typed);
  const isBlocked = user.state === 'blocked';
  return {
    lines: [
      `${user.username} becomes a Global admin of ${tenant.name} and can then manage all of its users and rules.`,
      ...(isBlocked ? ['The user is blocked and will be unblocked.'] : []),
    ],
    counts: { globalAdmins: 1, unblocked: isBlocked ? 1 : 0 },
  };
}

async function makeGlobalAdmin(context: CommandContext, typed: string, reason: string) {
  const { database, tenants } = context;
  const found = await findAppointable(context, typed);
  const scope = tenants.operatorScope(found.tenant);
  const { user, hasApprovers } = await appointGlobalAdmin(
    database,
    scope,
    { userId: found.user.id, reason },
    Date.now(),
  );
  const { id: userId, username } = user;
  const mustChoosePassword = user.password === 'temporary';
  const lines = [
    `${username} is now a Global admin of ${found.tenant.name}.`,
    ...(mustChoosePassword ? ['The user cannot approve requests before choosing a password at the next sign-in.'] : []),
    hasApprovers
      ? 'At least two Global admins can approve each other’s requests.'
      : 'No two Global admins can approve each other’s requests yet. Make another user a Global admin.',
  ];
  return { userId, username, administratorLevel: user.administratorLevel, hasApprovers, lines };
}

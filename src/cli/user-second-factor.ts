import type { Command } from 'commander';
import {
  createSecondFactorRemover,
  createThrottle,
  secondFactorsStore,
  sessionsStore,
} from '../core/accounts/index.ts';
import { CommandError } from '../platform/command-error.ts';
import { approvalNotes, placementNotes } from './bypassed-rules.ts';
import { changeAfterConfirmation, type DestructiveOptions, type Effects } from './confirmation.ts';
import type { CommandContext } from './context.ts';
import { findUser } from './find-user.ts';
import { print, type CommandIo } from './io.ts';

type Found = Awaited<ReturnType<typeof findUser>>;

export function addRemoveSecondFactorCommand(user: Command, io: CommandIo): void {
  user
    .command('remove-second-factor <username>')
    .description(
      'remove the second factor of a user who lost the authenticator app and the recovery codes; recorded in the activity log',
    )
    .option('--json', 'print one JSON object')
    .action((username: string, options: DestructiveOptions) =>
      changeAfterConfirmation(io, options, {
        findEffects: async (context) => findEffects(context, await findUser(context, username)),
        change: async (context) => {
          const { bypassed, ...removed } = await removeSecondFactorOf(context, username);
          const notes = placementNotes(context.config.rules, 'users.removeSecondFactor');
          print(io, options, removed, [`${removed.username} no longer has a second factor`, ...notes, ...bypassed]);
        },
      }),
    );
}

async function findEffects({ database, tenants }: CommandContext, found: Found): Promise<Effects> {
  const { user, tenant } = found;
  if (tenant.state === 'moving') throw movingFault(user.username);
  if (user.secondFactorAt === null) throw noSecondFactorFault(found);
  const scope = tenants.operatorScope(tenant);
  const recoveryCodes = await secondFactorsStore.countCodes(database, scope, user.id);
  const sessions = await sessionsStore.countOfUser(database, scope, user.id);
  return {
    lines: [
      `Removing the second factor of ${user.username} deletes the authenticator app and the recovery codes (${recoveryCodes}) and ends all sessions (${sessions}).`,
    ],
    counts: { recoveryCodes, sessions },
  };
}

async function removeSecondFactorOf(context: CommandContext, typed: string) {
  const found = await findUser(context, typed);
  const { user, tenant } = found;
  const scope = context.tenants.operatorScope(tenant);
  const throttle = createThrottle(context.database, context.config.rules, Date.now);
  const { outcome } = await createSecondFactorRemover({ database: context.database, throttle, clock: Date.now })(
    scope,
    user.id,
  );
  if (outcome === 'moving') throw movingFault(user.username);
  if (outcome !== 'done') throw noSecondFactorFault(found);
  const bypassed = approvalNotes(scope, 'removeSecondFactor', user);
  return { userId: user.id, username: user.username, bypassed };
}

const movingFault = (username: string): CommandError =>
  new CommandError(`Cannot remove the second factor: the tenant of ${username} is moving to another region`);

const noSecondFactorFault = ({ user }: Found): CommandError =>
  new CommandError(
    user.secondFactorDue
      ? `${user.username} has no second factor: it did not move to this region with the tenant, and a new one must be set up at the next sign-in`
      : `${user.username} has no second factor`,
  );

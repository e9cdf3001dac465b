import { restoreWindowMs } from '../domain/regions.ts';
import { effectiveRules } from '../domain/tenant-rules.ts';
import { canonicalUsername } from '../domain/people/user.ts';
import { credentialsStore, tenantsStore } from '../core/accounts/index.ts';
import { CommandError } from '../platform/command-error.ts';
import type { CommandContext } from './context.ts';

/**
 * @returns the user and their tenant, which can be any tenant of the region
 * @throws CommandError if the user does not exist or is deleted
 */
export async function findUser(context: CommandContext, typed: string) {
  const username = canonicalUsername(typed);
  const found = await credentialsStore.findForSignInAcrossTenants(context.database, username);
  if (found === null) throw new CommandError(`User not found: ${username}`);
  if (found.user.state === 'deleted') throw new CommandError(await deletedMessage(context, found));
  return found;
}

/** @returns a message that states how long the user name of a deleted user stays reserved */
async function deletedMessage(
  { config, database }: CommandContext,
  { user, tenant }: credentialsStore.Credentials,
): Promise<string> {
  const rules = effectiveRules(config.rules, tenant.ownRules);
  const until = new Date((user.deletedAt ?? 0) + restoreWindowMs(rules)).toISOString();
  const next =
    tenant.id === (await tenantsStore.findOperatorsTenant(database))?.id
      ? 'The user name is available again after that time.'
      : 'Until then an administrator can restore the user.';
  return `${user.username} is deleted and will be erased permanently at ${until}. ${next}`;
}

/** @throws CommandError if a deleted user still has this user name */
export async function rejectDeletedName(context: CommandContext, typed: string): Promise<void> {
  const found = await credentialsStore.findForSignInAcrossTenants(context.database, canonicalUsername(typed));
  if (found?.user.state === 'deleted') throw new CommandError(await deletedMessage(context, found));
}

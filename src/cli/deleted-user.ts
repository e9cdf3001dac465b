import { Failure } from '../domain/errors.ts';
import { restorableUntil } from '../domain/people/held-username.ts';
import { canonicalUsername } from '../domain/people/user.ts';
import { credentialsStore, tenantsStore } from '../core/accounts/index.ts';
import { CommandError } from '../platform/command-error.ts';
import type { CommandContext } from './context.ts';

/**
 * Explains that a user name belongs to a deleted user.
 * @returns the error with the time until which the user can be restored; null if there is no such user
 */
export async function findDeletedUserError(
  { database, tenants }: Pick<CommandContext, 'database' | 'tenants'>,
  typed: string,
): Promise<CommandError | null> {
  const found = await credentialsStore.findForSignInAcrossTenants(database, canonicalUsername(typed));
  if (found === null) return null;
  const { user, tenant } = found;
  const until = restorableUntil(tenants.operatorScope(tenant).rules, user, Date.now());
  if (until === null) return null;
  const date = new Date(until).toISOString();
  const { kind } = (await tenantsStore.findForOperator(database, tenant.id)) ?? {};
  return new CommandError(
    kind === 'operators'
      ? `The operator ${user.username} was deleted. The user name is available again after ${date}, when the account is erased`
      : `The user ${user.username} was deleted. An administrator of the tenant can restore the user under Deleted users until ${date}`,
  );
}

/** Runs a command that adds a user. @throws CommandError if the user name belongs to a deleted user */
export async function explainDeletedUser<T>(
  context: Pick<CommandContext, 'database' | 'tenants'>,
  username: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isDeleted = error instanceof Failure && error.code === 'username.ofDeletedUser';
    throw (isDeleted ? await findDeletedUserError(context, username) : null) ?? error;
  }
}

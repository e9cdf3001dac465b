import { statusOf, type User } from '../domain/people/user.ts';
import { print } from './context.ts';
import type { CommandIo } from './io.ts';

/** @param now the current time in epoch milliseconds @returns the users in the format that commands print */
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

/** Prints a new user or a new temporary password. @param notes further lines, which the JSON output omits */
export function printPassword(
  io: CommandIo,
  options: { json?: boolean | undefined },
  added: { userId: string; username: string; temporaryPassword: string },
  notes: readonly string[] = [],
): void {
  const { userId, username, temporaryPassword } = added;
  print(io, options, { userId, username, temporaryPassword }, [
    username,
    `Temporary password (shown only once): ${temporaryPassword}`,
    ...notes,
  ]);
}

import type { Database } from '../../src/platform/database/database.ts';

interface PasswordRow {
  readonly secret: string;
  readonly set_by: string | null;
  readonly created_at: number;
}

const passwordOf = ({ knex }: Pick<Database, 'knex'>, userId: string) =>
  knex('credentials').where({ user_id: userId, kind: 'password' });

/** @returns the row of a user's password, which no store exposes */
export const passwordRowOf = async (database: Pick<Database, 'knex'>, userId: string): Promise<PasswordRow> => {
  const row = await passwordOf(database, userId).first<PasswordRow | undefined>('secret', 'set_by', 'created_at');
  if (row === undefined) throw new Error(`The user ${userId} has no password`);
  return row;
};

export const passwordHashOf = async (database: Pick<Database, 'knex'>, userId: string): Promise<string> =>
  (await passwordRowOf(database, userId)).secret;

/** @returns the user's row together with the password hash */
export const userRowOf = async <Row extends object = Record<string, unknown>>(
  database: Pick<Database, 'knex'>,
  id: string,
): Promise<Row & { readonly password_hash: string }> => {
  const row = await database.knex('users').where({ id }).first<Row>();
  return { ...row, password_hash: await passwordHashOf(database, id) };
};

/** Stores an arbitrary password hash without using the stores. */
export const setPasswordHash = async (
  database: Pick<Database, 'knex'>,
  userId: string,
  secret: string,
): Promise<void> => {
  await passwordOf(database, userId).update({ secret });
};

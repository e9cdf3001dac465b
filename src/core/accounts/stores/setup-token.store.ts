import { type Database, preparedQuery } from '../../../platform/database/database.ts';

const matching = preparedQuery<{ id: number }>('setup.find', (knex, $) =>
  knex('setup')
    .select('id')
    .where({ token_digest: $('digest') }),
);

/** Stores the token digest of the setup link. There is only one, so links that were printed earlier become invalid. */
export async function replace(database: Database, tokenDigest: string): Promise<void> {
  await database.knex('setup').insert({ id: 1, token_digest: tokenDigest }).onConflict('id').merge();
}

export async function isOpen(database: Database, tokenDigest: string): Promise<boolean> {
  return (await matching(database, { digest: tokenDigest })).length === 1;
}

/** Consumes the setup link. Only one of several concurrent calls returns true. */
export async function consume(database: Database, tokenDigest: string): Promise<boolean> {
  return (await database.knex('setup').where({ token_digest: tokenDigest }).delete()) === 1;
}

export async function close(database: Database): Promise<void> {
  await database.knex('setup').delete();
}

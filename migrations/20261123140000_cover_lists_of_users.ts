import type { Knex } from 'knex';

// In PostgreSQL the indexes of the lists hold all that a list shows: a page in the middle of a million people is then read from a
// few places that lie together, not from one place for each person. SQLite maps its file and needs no such copy.
const looked = 'search_words, state, password, temporary_until, administrator_level, agent_level, number';
const shown = ['display_name', 'username', 'last_sign_in_at'];
const present = "where state <> 'deleted'";
const lists = { users_by_name: 'name_key', users_by_username: 'username', users_by_last_sign_in: 'last_sign_in_at' };

const isPostgres = (knex: Knex): boolean => (knex.client as { config: { client: string } }).config.client === 'pg';

async function include(knex: Knex, more: readonly string[]): Promise<void> {
  if (!isPostgres(knex)) return;
  for (const [name, column] of Object.entries(lists)) {
    const included = [looked, ...more.filter((each) => each !== column)].join(', ');
    await knex.raw(`drop index ${name}`);
    await knex.raw(`create index ${name} on users (tenant_id, ${column}, id) include (${included}) ${present}`);
  }
}

export const up = (knex: Knex): Promise<void> => include(knex, shown);
export const down = (knex: Knex): Promise<void> => include(knex, []);

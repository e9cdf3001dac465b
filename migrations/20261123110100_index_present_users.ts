import type { Knex } from 'knex';

// The lists of a tenant's users hold those who are not deleted, and so do their indexes. Beside the order these have all that
// a search and the filters look at, so that walking along them touches no row.
const looked = 'search_words, state, password, temporary_until, administrator_level, agent_level, number';
const present = "where state <> 'deleted'";

export async function up(knex: Knex): Promise<void> {
  const postgres = (knex.client as { config: { client: string } }).config.client === 'pg';
  for (const [name, column] of Object.entries(lists)) {
    const order = `tenant_id, ${column}, id`;
    const columns = postgres ? `(${order}) include (${looked})` : `(${order}, ${looked})`;
    await knex.raw(`drop index ${name}`);
    await knex.raw(`create index ${name} on users ${columns} ${present}`);
  }
  for (const [name, what] of Object.entries(few)) await knex.raw(`create index ${name} on users ${what}`);
}

export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(few)) await knex.raw(`drop index ${name}`);
  for (const [name, column] of Object.entries(lists)) {
    await knex.raw(`drop index ${name}`);
    await knex.raw(`create index ${name} on users (tenant_id, ${column}, id)`);
  }
}

const lists = { users_by_name: 'name_key', users_by_username: 'username', users_by_last_sign_in: 'last_sign_in_at' };

// What few are, as a rule: whoever filters by it gets those few without looking at everybody.
const few = {
  users_administrators: `(tenant_id, administrator_level, number, state) where administrator_level <> 'none' and state <> 'deleted'`,
  users_agents: `(tenant_id, agent_level, number, state) where agent_level <> 'none' and state <> 'deleted'`,
  users_blocked: `(tenant_id, number) where state = 'blocked'`,
  users_awaiting_change: `(tenant_id, number) where password = 'temporary' and state = 'active'`,
};

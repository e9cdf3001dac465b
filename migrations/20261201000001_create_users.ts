import type { Knex } from 'knex';

const isPostgres = (knex: Knex): boolean => (knex.client as { dialect: string }).dialect === 'postgresql';

export async function up(knex: Knex): Promise<void> {
  const postgres = isPostgres(knex);
  // Both databases sort these values by bytes, because keyset pagination compares them.
  const sortable = postgres ? 'text collate "C"' : 'text';
  await knex.schema.createTable('users', (table) => {
    table.text('id').primary();
    // The key of the search index. SQLite's own row numbers are not stable.
    table.specificType('number', postgres ? 'bigint' : 'integer');
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    table.specificType('username', sortable).notNullable().unique();
    table.text('first_name').notNullable();
    table.text('last_name').notNullable();
    table.text('display_name').notNullable();
    table.specificType('name_key', sortable).notNullable();
    table.text('search_words').notNullable().defaultTo('');
    table.text('administrator_level').notNullable();
    // When the Global admin level was last removed. For some time afterward, password resets and second-factor removals
    // may require approval.
    table.bigInteger('global_admin_until');
    table.text('agent_level').notNullable();
    table.text('language');
    table.text('state').notNullable();
    // The state to which a deleted user is restored: active or blocked.
    table.text('state_before');
    // Whether the password is the user's own or temporary. The hash is in the table `credentials`.
    table.text('password').notNullable();
    table.bigInteger('temporary_until');
    table.bigInteger('second_factor_at');
    // 1 if the user had a second factor when the tenant moved here, until the user sets up a new one: seeds are not
    // moved.
    table.integer('second_factor_due').notNullable().defaultTo(0);
    // Incremented whenever a credential is replaced, which invalidates sessions, links and forms with an older epoch.
    table.integer('epoch').notNullable();
    // Incremented by every change that other users can see. `updated_at` is the time of the last increment.
    table.integer('version').notNullable().defaultTo(1);
    table.bigInteger('updated_at').notNullable().defaultTo(0);
    // 0 before the first sign-in, because lists are sorted by it and null has no defined order.
    table.bigInteger('last_sign_in_at').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('deleted_at');
  });
  for (const statement of [...(postgres ? searchOnPostgres : searchOnSqlite), ...indexes(postgres)])
    await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  if (!isPostgres(knex)) await knex.raw('drop trigger users_search_forget');
  await knex.schema.dropTable('users_search');
  await knex.schema.dropTable('users');
}

// The full-text index contains every suffix of every word of a user's names, so that a prefix search finds substrings.
const searchOnSqlite = [
  'create unique index users_by_number on users (number)',
  "create virtual table users_search using fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')",
  'create trigger users_search_forget after delete on users begin delete from users_search where rowid = old.number; end',
];

// `fastupdate` is off because every search would have to scan the list of pending entries.
const searchOnPostgres = [
  'create sequence users_number owned by users.number',
  "alter table users alter column number set default nextval('users_number')",
  'create unique index users_by_number on users (number)',
  'create table users_search (number bigint primary key references users (number) on delete cascade, terms tsvector not null)',
  'create index users_search_terms on users_search using gin (terms) with (fastupdate = off)',
];

// Covering indexes for the sort orders of the lists: they also contain the columns used by searches and filters and, in
// PostgreSQL, the columns shown in the list.
const filtered = 'search_words, state, password, temporary_until, administrator_level, agent_level, number';
const shown = ['display_name', 'username', 'last_sign_in_at'];
const orders = { users_by_name: 'name_key', users_by_username: 'username', users_by_last_sign_in: 'last_sign_in_at' };
const present = "where state <> 'deleted'";

const indexes = (postgres: boolean): string[] => [
  ...Object.entries(orders).map(([name, column]) => {
    const order = `tenant_id, ${column}, id`;
    const included = [filtered, ...shown.filter((each) => each !== column)].join(', ');
    return `create index ${name} on users ${postgres ? `(${order}) include (${included})` : `(${order}, ${filtered})`} ${present}`;
  }),
  // Partial indexes for small groups of users, for dashboards, filters and the purge.
  "create index users_global_admins on users (tenant_id, name_key) where administrator_level = 'global'",
  "create index users_managers on users (tenant_id, name_key) where administrator_level = 'userManagement'",
  `create index users_administrators on users (tenant_id, administrator_level, number, state) where administrator_level <> 'none' and state <> 'deleted'`,
  `create index users_agents on users (tenant_id, agent_level, number, state) where agent_level <> 'none' and state <> 'deleted'`,
  `create index users_blocked on users (tenant_id, number) where state = 'blocked'`,
  "create index users_deleted on users (tenant_id, deleted_at, id) where state = 'deleted'",
  `create index users_awaiting_change on users (tenant_id, number) where password = 'temporary' and state = 'active'`,
  "create index users_temporary on users (tenant_id, temporary_until) where state = 'active' and password = 'temporary'",
];

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // What the cookie opens. The key is a digest: reading the table is not enough to take a session over.
  await knex.schema.createTable('sessions', (table) => {
    table.text('key').primary();
    table.text('data').notNullable();
    table.bigInteger('expires_at').notNullable().index();
  });
  // A user's sessions. A session without a row here has ended, whatever a cookie says.
  await knex.schema.createTable('user_sessions', (table) => {
    table.text('id').primary();
    table.text('user_id').notNullable().references('id').inTable('users').index();
    table.text('address');
    table.text('device').notNullable();
    // How the user authenticated (RFC 8176), and when they last did.
    table.text('amr').notNullable().defaultTo('');
    table.bigInteger('auth_time').notNullable().defaultTo(0);
    // The grant under which the session acts in another tenant than its user's.
    table.text('support_grant_id');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('seen_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('user_sessions');
  await knex.schema.dropTable('sessions');
}

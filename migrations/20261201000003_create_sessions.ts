import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Session data, identified by the browser's cookie. The key is a digest, so that read access to the table is not
  // enough to hijack a session.
  await knex.schema.createTable('sessions', (table) => {
    table.text('key').primary();
    table.text('data').notNullable();
    table.bigInteger('expires_at').notNullable().index();
  });
  // The sessions of users. A session without a row here has ended, even if its cookie is still valid.
  await knex.schema.createTable('user_sessions', (table) => {
    table.text('id').primary();
    table.text('user_id').notNullable().references('id').inTable('users').index();
    table.text('address');
    table.text('device').notNullable();
    // The methods with which the user authenticated (RFC 8176), and the time of the last authentication.
    table.text('amr').notNullable().defaultTo('');
    table.bigInteger('auth_time').notNullable().defaultTo(0);
    // The support grant under which the session acts in another tenant.
    table.text('support_grant_id');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('seen_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('user_sessions');
  await knex.schema.dropTable('sessions');
}

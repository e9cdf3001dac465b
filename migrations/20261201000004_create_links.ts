import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // One-time links. Only a digest of the token is stored, so that the link cannot be reconstructed.
  await knex.schema.createTable('one_time_links', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade').index();
    table.text('digest').notNullable().unique();
    table.text('purpose').notNullable();
    // The user's epoch when the link was issued or, after the link is opened, the epoch of the resulting session. The
    // link is invalid if the user has a newer epoch.
    table.integer('epoch').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable().index();
    table.bigInteger('opened_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('one_time_links');
}

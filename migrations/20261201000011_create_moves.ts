import type { Knex } from 'knex';

// Tenants that move to another region or came from one: what is left of them at the first when all else is gone.
// No person is in it, and no foreign key: the tenant itself goes.
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('moves', (table) => {
    // Stands in the bundle and nowhere else, so that only who could open it can name it, and none is taken in twice.
    table.text('id').primary();
    table.text('direction').notNullable();
    table.text('state').notNullable();
    table.text('tenant_id').notNullable().index();
    // The other region.
    table.text('region').notNullable();
    table.text('domains').notNullable();
    table.text('passwords').notNullable();
    table.text('state_before').notNullable();
    // How many rows of each table, and their digests; null until the bundle is written.
    table.text('summary');
    table.text('report');
    table.bigInteger('began_at').notNullable();
    table.bigInteger('ended_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('moves');
}

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The operator's own list of passwords that no user may choose. A row has all digests with the same first two bytes,
  // sorted, without these bytes.
  await knex.schema.createTable('password_list', (table) => {
    table.integer('bucket').primary();
    table.binary('digests').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('password_list');
}

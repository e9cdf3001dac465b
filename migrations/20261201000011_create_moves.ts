import type { Knex } from 'knex';

// Moves of tenants to and from other regions. In the old region, this row is all that remains of the tenant, so it has
// no foreign key and contains no personal data.
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('moves', (table) => {
    // The random ID of the move. The other region reads it from the encrypted bundle, so its receipt proves that the
    // bundle was decrypted. As the primary key, it also prevents a second import of the bundle.
    table.text('id').primary();
    table.text('direction').notNullable();
    table.text('state').notNullable();
    table.text('tenant_id').notNullable().index();
    // The destination of a move out, or the origin of a move in.
    table.text('region').notNullable();
    table.text('domains').notNullable();
    table.text('passwords').notNullable();
    table.text('state_before').notNullable();
    // Row counts and digests of each table; null until the bundle is written.
    table.text('summary');
    table.text('report');
    table.bigInteger('began_at').notNullable();
    table.bigInteger('ended_at');
  });
  // This region's decision on each bundle: one row per bundle, so that a bundle cannot be both imported and refused.
  await knex.schema.createTable('bundle_decisions', (table) => {
    // The fingerprint of the move. A refused bundle may have been lost, so its ID is not known.
    table.text('move').primary();
    // 'imported' or 'refused'.
    table.text('decision').notNullable();
    table.bigInteger('decided_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('bundle_decisions');
  await knex.schema.dropTable('moves');
}

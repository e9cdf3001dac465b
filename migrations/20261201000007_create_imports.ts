import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('imports', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    // The user who uploaded the file. No other user can see the import. Not a foreign key, because the user may be
    // erased first.
    table.text('user_id').notNullable();
    table.text('file_name').notNullable();
    table.text('state').notNullable();
    table.integer('added').notNullable().defaultTo(0);
    table.integer('changed').notNullable().defaultTo(0);
    table.integer('unchanged').notNullable().defaultTo(0);
    table.integer('refused').notNullable().defaultTo(0);
    // The notes about the file that the check page shows, as JSON.
    table.text('notes').notNullable();
    table.bigInteger('created_at').notNullable();
    // When the import and its staged rows are deleted, because they contain personal data.
    table.bigInteger('expires_at').notNullable();
    // Set on confirmation: the mode, the user's epoch, the request ID and the client's IP address.
    table.text('mode');
    table.integer('user_epoch');
    table.text('request_id');
    table.text('address');
    table.bigInteger('finished_at');
    table.text('abort_reason');
    // The download of the temporary passwords or one-time links: the ID of its lease, the end of the lease, and when
    // the download was completed.
    table.text('delivery');
    table.bigInteger('delivering_until');
    table.bigInteger('delivered_at');
    table.index(['user_id', 'created_at'], 'imports_by_user');
    table.index(['expires_at'], 'imports_by_expiry');
  });
  await knex.raw("create index imports_confirmed on imports (id) where state = 'confirmed'");
  await knex.schema.createTable('import_rows', (table) => {
    table.text('import_id').notNullable().references('id').inTable('imports').onDelete('cascade');
    table.integer('line').notNullable();
    table.text('outcome').notNullable();
    // The user to change, or the ID that the new user will have; null for a refused row.
    table.text('user_id');
    table.text('username').notNullable();
    table.text('display_name').notNullable();
    // The new user, the changes, or the faults and cells of a refused row, as JSON.
    table.text('data').notNullable();
    // The new user's epoch as last set by this import. It differs from the user's current epoch if the user has
    // received another credential since.
    table.integer('epoch').notNullable().defaultTo(0);
    table.primary(['import_id', 'line']);
    table.index(['import_id', 'outcome', 'line'], 'import_rows_by_outcome');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('import_rows');
  await knex.schema.dropTable('imports');
}

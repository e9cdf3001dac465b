import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('tenants', (table) => {
    table.text('id').primary();
    // 'partner', or 'operators' for the one tenant of the portal's operators.
    table.text('kind').notNullable().defaultTo('partner');
    table.text('name').notNullable();
    table.text('language').notNullable();
    table.text('state').notNullable();
    // 0 if the tenant's domains are left out of exported directories.
    table.integer('listed').notNullable().defaultTo(1);
    // The rules that the tenant has made stricter than its region's, as JSON.
    table.text('own_rules').notNullable().defaultTo('{}');
    // The key from which the pseudonyms of erased users are derived; null until the first user is erased.
    table.text('pseudonym_key');
    table.bigInteger('created_at').notNullable();
    // The end of the tenant's activity log: the number of entries, including trimmed entries, and the hash of the last
    // entry.
    table.bigInteger('activity_length').notNullable().defaultTo(0);
    table.text('activity_hash').notNullable().defaultTo('');
    // Place and hash of the last entry that was trimmed from the start of the log.
    table.bigInteger('activity_anchor_place').notNullable().defaultTo(0);
    table.text('activity_anchor_hash').notNullable().defaultTo('');
  });
  await knex.raw("create unique index tenants_of_operators on tenants (kind) where kind = 'operators'");
  await knex.schema.createTable('tenant_domains', (table) => {
    table.text('domain').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants').index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('tenant_domains');
  await knex.schema.dropTable('tenants');
}

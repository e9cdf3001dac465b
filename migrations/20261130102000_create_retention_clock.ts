import type { Knex } from 'knex';

/** One row at most: the newest time, epoch ms, at which expired data was deleted by a clock that was trusted. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('retention_clock', (table) => {
    table.integer('id').primary();
    table.bigInteger('trusted_at').notNullable();
  });
  // Filled here, before this version records anything: what a wrong clock records later must not make it trusted.
  const newest = (await knex('activity').max({ at: 'at' }).first()) as { at: number | string | null } | undefined;
  if (newest === undefined || newest.at === null) return;
  // An entry from the future is left over from an earlier wrong clock.
  await knex('retention_clock').insert({ id: 1, trusted_at: Math.min(Number(newest.at), Date.now()) });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('retention_clock');
}

import type { Knex } from 'knex';

// User credentials of several kinds. The secret is an argon2id hash (password), a TOTP seed encrypted with the key
// `key_id` (totp), or the SHA-256 hash of a code (recoveryCode).
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('credentials', (table) => {
    table.bigIncrements('id');
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade');
    table.text('kind').notNullable();
    table.text('secret').notNullable();
    // For passwords: the hash of the last password that the user chose before the current one.
    table.text('previous_secret');
    table.text('key_id');
    // For totp: the time steps of the codes accepted within a day of the last one, separated by commas.
    table.text('used_steps');
    // For temporary passwords: the display name of the user who issued it; null for the operator, '' after erasure.
    table.text('set_by');
    table.bigInteger('created_at').notNullable();
    table.check("kind <> 'totp' or (key_id is not null and used_steps is not null)");
    table.index(['user_id', 'kind'], 'credentials_of_user');
  });
  await knex.raw("create unique index credentials_password on credentials (user_id) where kind = 'password'");
  await knex.raw("create unique index credentials_code on credentials (user_id, secret) where kind = 'recoveryCode'");
  await knex.raw("create index credentials_totp on credentials (id) where kind = 'totp'");
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('credentials');
}

import type { Knex } from 'knex';

// What authenticates a user is apart from the user: several kinds, and of most kinds several. The secret is an argon2id tag
// (password), a seed that the key named by `key_id` seals (totp), or the SHA-256 of a code (recoveryCode).
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('credentials', (table) => {
    table.bigIncrements('id');
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade');
    table.text('kind').notNullable();
    table.text('secret').notNullable();
    table.text('key_id');
    // Of totp: the time step of the last code that was accepted. That step and those before it are not accepted again.
    table.bigInteger('last_step');
    // Of a temporary password: the name of the person who set it.
    table.text('set_by');
    table.bigInteger('created_at').notNullable();
    table.check("kind <> 'totp' or (key_id is not null and last_step is not null)");
    table.index(['user_id', 'kind'], 'credentials_of_user');
  });
  await knex.raw("create unique index credentials_password on credentials (user_id) where kind = 'password'");
  await knex.raw("create unique index credentials_code on credentials (user_id, secret) where kind = 'recoveryCode'");
  await knex.raw("create index credentials_totp on credentials (id) where kind = 'totp'");
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('credentials');
}

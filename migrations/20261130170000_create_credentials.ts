import type { Knex } from 'knex';

// What authenticates a user is apart from the user: several kinds, and of most kinds several. The secret is an argon2id tag
// (password), a seed that the key named by `key_id` seals (totp), or the SHA-256 of a code (recoveryCode).
async function createCredentials(knex: Knex): Promise<void> {
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

async function movePasswords(knex: Knex): Promise<void> {
  await knex.raw(
    `insert into credentials (user_id, kind, secret, set_by, created_at)
       select id, 'password', password_hash, password_set_by, password_set_at from users`,
  );
  for (const column of ['password_hash', 'password_set_by', 'password_set_at'])
    await knex.raw('alter table users drop column ??', [column]);
}

// How the user of a session authenticated, and when they last did. Of earlier sessions only is known whether a code was given.
async function moveSecondFactors(knex: Knex): Promise<void> {
  await knex.raw(
    `insert into credentials (user_id, kind, secret, key_id, last_step, created_at)
       select user_id, 'totp', seed, key_id, last_step, coalesce(second_factor_at, 0)
       from second_factors join users on users.id = user_id`,
  );
  await knex.raw(
    `insert into credentials (user_id, kind, secret, created_at)
       select user_id, 'recoveryCode', digest, coalesce(second_factor_at, 0)
       from recovery_codes join users on users.id = user_id`,
  );
  await knex.schema.dropTable('recovery_codes');
  await knex.schema.dropTable('second_factors');
}

async function noteAuthentication(knex: Knex): Promise<void> {
  await knex.raw("alter table user_sessions add column amr text not null default ''");
  await knex.raw('alter table user_sessions add column auth_time bigint not null default 0');
  await knex.raw(
    "update user_sessions set amr = case code_given when 1 then 'pwd mfa' else 'pwd' end, auth_time = created_at",
  );
  await knex.raw('alter table user_sessions drop column code_given');
}

export async function up(knex: Knex): Promise<void> {
  await createCredentials(knex);
  await movePasswords(knex);
  await moveSecondFactors(knex);
  await noteAuthentication(knex);
  // When a user's version last increased. It is not known of earlier changes.
  await knex.raw('alter table users add column updated_at bigint not null default 0');
  await knex.raw('update users set updated_at = created_at');
}

async function returnPasswords(knex: Knex): Promise<void> {
  await knex.raw("alter table users add column password_hash text not null default ''");
  await knex.raw('alter table users add column password_set_by text');
  await knex.raw('alter table users add column password_set_at bigint not null default 0');
  await knex.raw(
    `update users set password_hash = secret, password_set_by = set_by, password_set_at = credentials.created_at
       from credentials where credentials.user_id = users.id and kind = 'password'`,
  );
}

async function returnSecondFactors(knex: Knex): Promise<void> {
  await knex.schema.createTable('second_factors', (table) => {
    table.text('user_id').primary().references('id').inTable('users').onDelete('cascade');
    table.text('seed').notNullable();
    table.text('key_id').notNullable();
    table.bigInteger('last_step').notNullable();
  });
  await knex.schema.createTable('recovery_codes', (table) => {
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade');
    table.text('digest').notNullable();
    table.primary(['user_id', 'digest']);
  });
  await knex.raw(
    `insert into second_factors (user_id, seed, key_id, last_step)
       select user_id, secret, key_id, last_step from credentials where kind = 'totp'`,
  );
  await knex.raw(
    `insert into recovery_codes (user_id, digest)
       select user_id, secret from credentials where kind = 'recoveryCode'`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column updated_at');
  await knex.raw('alter table user_sessions add column code_given integer not null default 0');
  await knex.raw("update user_sessions set code_given = 1 where amr like '%mfa'");
  await knex.raw('alter table user_sessions drop column auth_time');
  await knex.raw('alter table user_sessions drop column amr');
  await returnPasswords(knex);
  await returnSecondFactors(knex);
  await knex.schema.dropTable('credentials');
}

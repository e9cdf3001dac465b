import type { Knex } from 'knex';

// How the user of a session authenticated, and when they last did. Of earlier sessions only is known whether a code was given.
export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table user_sessions add column amr text not null default ''");
  await knex.raw('alter table user_sessions add column auth_time bigint not null default 0');
  await knex.raw(
    "update user_sessions set amr = case code_given when 1 then 'pwd mfa' else 'pwd' end, auth_time = created_at",
  );
  await knex.raw('alter table user_sessions drop column code_given');
  // When a user's version last increased. It is not known of earlier changes.
  await knex.raw('alter table users add column updated_at bigint not null default 0');
  await knex.raw('update users set updated_at = created_at');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column updated_at');
  await knex.raw('alter table user_sessions add column code_given integer not null default 0');
  await knex.raw("update user_sessions set code_given = 1 where amr like '%mfa'");
  await knex.raw('alter table user_sessions drop column auth_time');
  await knex.raw('alter table user_sessions drop column amr');
}

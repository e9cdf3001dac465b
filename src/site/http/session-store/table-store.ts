import { Store, type SessionData } from 'express-session';
import type { Database } from '../../../platform/database/database.ts';

/** A session store in the region's database, for deployments without Redis. A migration creates its table. */
export class TableStore extends Store {
  readonly #database: Database;
  readonly #find: (values: { key: string; now: number }) => Promise<{ data: string }[]>;
  readonly #ttlMs: (session: SessionData) => number;
  readonly #clock: () => number;

  /** @param ttlMs returns the lifetime of a stored session in milliseconds */
  constructor(database: Database, ttlMs: (session: SessionData) => number, clock: () => number) {
    super();
    this.#database = database;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#find = database.prepare('sessions.data', (knex, $) =>
      knex('sessions')
        .select('data')
        .where({ key: $('key') })
        .where('expires_at', '>', $('now')),
    );
  }

  override get(key: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#find({ key, now: this.#clock() }).then(
      ([row]) => done(null, row ? (JSON.parse(row.data) as SessionData) : null),
      (error: unknown) => done(error),
    );
  }

  override set(key: string, session: SessionData, done?: (error?: unknown) => void): void {
    const row = { key, data: JSON.stringify(session), expires_at: this.#clock() + this.#ttlMs(session) };
    finish(this.#database.knex('sessions').insert(row).onConflict('key').merge(), done);
  }

  override destroy(key: string, done?: (error?: unknown) => void): void {
    finish(this.#database.knex('sessions').where({ key }).delete(), done);
  }
}

function finish(work: PromiseLike<unknown>, done?: (error?: unknown) => void): void {
  work.then(
    () => done?.(),
    (error: unknown) => done?.(error),
  );
}

import type { Subscriber } from '../../domain/activity/delivery.ts';
import type { Database } from '../../platform/database/database.ts';

const registered = Symbol('subscribers');

type Subscribed = Database & { readonly [registered]?: readonly Subscriber[] };

/**
 * @returns the database with subscribers registered for all events recorded in it, including those recorded within
 * transactions
 */
export function withSubscribers(database: Database, subscribers: readonly Subscriber[]): Database {
  const { transaction, snapshot } = database;
  const subscribed: Partial<Subscribed> = {
    [registered]: subscribers,
    transaction: (work) => transaction((tx) => work(withSubscribers(tx, subscribers))),
    snapshot: (work) => snapshot((tx) => work(withSubscribers(tx, subscribers))),
  };
  return Object.assign({}, database, subscribed);
}

/**
 * @returns the registered subscribers of a database
 * @throws Error if none are registered, because deliveries would be lost silently
 */
export function subscribersOf(database: Database): readonly Subscriber[] {
  const subscribers = (database as Subscribed)[registered];
  if (subscribers === undefined)
    throw new Error('Events cannot be recorded in a database without registered subscribers');
  return subscribers;
}

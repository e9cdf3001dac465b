import { noticesSubscriber } from '../domain/notices.ts';
import type { DatabaseConfig } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { openDatabase, type Timeouts } from '../platform/database/open.ts';
import { withSubscribers } from './activity/index.ts';

/**
 * The subscribers to the activity log. Every process that records events enqueues deliveries for them. The jobs of
 * `createCore` carry out the deliveries.
 */
export const subscribers = [noticesSubscriber];

/**
 * Opens the region's database for a process that records events in it: the server or a command.
 * @param onFault see `openDatabase`
 */
export const openSubscribedDatabase = (
  config: DatabaseConfig,
  timeouts?: Timeouts,
  onFault?: (fault: Error) => void,
): Database => withSubscribers(openDatabase(config, timeouts, onFault), subscribers);

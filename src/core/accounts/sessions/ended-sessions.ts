import type { Scope } from '../../../domain/scope.ts';
import { activityStore } from '../../activity/index.ts';
import type { Database } from '../../../platform/database/database.ts';

const repetitionMs = 60_000;

/**
 * @param at the current time, epoch ms
 * @returns whether a user's sessions were ended within the last minute. In that case, a request that finds no session
 * to end is a duplicate, such as a second click on the button
 */
export const wereSessionsJustEnded = (tx: Database, scope: Scope, userId: string, at: number): Promise<boolean> =>
  activityStore.hasRecorded(tx, scope, 'sessions.ended', userId, at - repetitionMs);

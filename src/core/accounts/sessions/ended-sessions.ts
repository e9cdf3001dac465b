import type { Scope } from '../../../domain/scope.ts';
import { activityStore } from '../../activity/index.ts';
import type { Database } from '../../../platform/database/database.ts';

const repetitionMs = 60_000;

/**
 * @param at epoch ms
 * @returns whether the sessions of a user were ended within the last minute, so that ending no session is a repetition,
 * such as the second click on a button
 */
export const wereSessionsJustEnded = (tx: Database, scope: Scope, userId: string, at: number): Promise<boolean> =>
  activityStore.hasRecorded(tx, scope, 'sessions.ended', userId, at - repetitionMs);

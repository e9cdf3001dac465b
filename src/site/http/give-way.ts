import { isSafe } from './csrf.ts';
import type { Middleware } from './request.ts';

/**
 * Gives signed-in users priority over visitors who open pages: at most one visitor's page is rendered per turn of the
 * event loop, in order of arrival. Form submissions are not delayed. Without this limit, all requests that arrive in
 * one turn would be processed in that turn, and a user would wait for one page per visitor connection.
 */
export function visitorsGiveWay(): Middleware {
  const waiting: (() => void)[] = [];
  const continueWithNext = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(continueWithNext);
  };
  return (request, _response, next) => {
    if (request.user !== undefined || !isSafe(request)) return next();
    if (waiting.length === 0) setImmediate(continueWithNext);
    waiting.push(() => {
      // A visitor who has disconnected needs no response.
      if (!request.socket.destroyed) next();
    });
  };
}

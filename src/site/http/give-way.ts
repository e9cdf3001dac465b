import { isSafe } from './csrf.ts';
import type { Middleware } from './request.ts';

/**
 * Lets visitors who open pages wait for signed-in users: at most one page of a visitor is rendered per turn of the
 * event loop, in the order of arrival. Forms do not wait. Otherwise all requests that arrive in one turn would be
 * answered in that turn, and a user would wait for one page per connection of a visitor.
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
      // A visitor who has left needs no response.
      if (!request.socket.destroyed) next();
    });
  };
}

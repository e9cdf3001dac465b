import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, test } from 'node:test';
import type { Request, Response } from 'express';
import { visitorsGiveWay } from '../../src/site/http/give-way.ts';

describe('requests that arrive at the same time', () => {
  /** @returns a function that sends a request, and the names of the requests that have continued */
  function arrivals() {
    const middleware = visitorsGiveWay();
    const continued: string[] = [];
    const arrive = (
      name: string,
      { method = 'GET', user, destroyed = false }: { method?: string; user?: object; destroyed?: boolean } = {},
    ): void => {
      const request = { method, user, socket: { destroyed } } as unknown as Request;
      void middleware(request, {} as Response, () => void continued.push(name));
    };
    return { arrive, continued };
  }

  test('continue immediately for users, and one per turn for visitors, in their order', async () => {
    const { arrive, continued } = arrivals();
    for (const name of ['a', 'b', 'c']) arrive(name);
    arrive('form', { method: 'POST' });
    arrive('user', { user: {} });
    assert.deepEqual(continued.splice(0, 1), ['form']);
    assert.deepEqual(continued, ['user']);
    await nextTurn();
    assert.deepEqual(continued, ['user', 'a']);
    arrive('another user', { user: {} });
    await nextTurn();
    await nextTurn();
    assert.deepEqual(continued, ['user', 'a', 'another user', 'b', 'c']);
  });

  test('do not delay a visitor who arrives after all of them have continued', async () => {
    const { arrive, continued } = arrivals();
    arrive('a');
    await nextTurn();
    await nextTurn();
    arrive('b');
    await nextTurn();
    assert.deepEqual(continued, ['a', 'b']);
  });

  test('are dropped if the visitor has closed the connection', async () => {
    const { arrive, continued } = arrivals();
    arrive('gone', { destroyed: true });
    arrive('b');
    await nextTurn();
    await nextTurn();
    assert.deepEqual(continued, ['b']);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changesBetween } from './contract.ts';
import { shapeOf } from './shapes.ts';

describe('changesBetween', () => {
  const before = ['/a  get  anyone', '/b  get  users.list'];

  test('lists added, removed and reordered lines', () => {
    assert.deepEqual(changesBetween(before, ['/a  get  anyone', '/b  get  anyone', '/c  get  anyone']), [
      '- /b  get  users.list',
      '+ /b  get  anyone',
      '+ /c  get  anyone',
    ]);
    assert.deepEqual(changesBetween(before, before.toReversed()), ['the same lines, in another order or number']);
    assert.deepEqual(changesBetween(before, [...before, ...before]), ['the same lines, in another order or number']);
  });

  test('returns an empty list if nothing changed', () => assert.deepEqual(changesBetween(before, [...before]), []));
});

describe('shapeOf', () => {
  test('returns keys and types but no values', () => {
    assert.deepEqual(shapeOf({ ok: true, users: [{ id: 'canary', at: 7 }] }), [
      '(all): object',
      'ok: boolean',
      'users: list',
      'users[]: object',
      'users[].at: number',
      'users[].id: string',
    ]);
  });

  test('merges the entries of a list, with optional keys and keys of several types', () => {
    assert.deepEqual(shapeOf([{ a: null }, { a: 'x', b: [] }]), [
      '(all): list',
      '[]: object',
      '[].a: null | string',
      '[].b?: list',
    ]);
    assert.notDeepEqual(shapeOf({ a: 1 }), shapeOf({ a: '1' }));
  });
});

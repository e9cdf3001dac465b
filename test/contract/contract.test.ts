import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changesBetween } from './contract.ts';
import { shapeOf } from './shapes.ts';

describe('the comparison with a committed file', () => {
  const before = ['/a  get  anyone', '/b  get  users.list'];

  test('names what has changed', () => {
    assert.deepEqual(changesBetween(before, ['/a  get  anyone', '/b  get  anyone', '/c  get  anyone']), [
      '- /b  get  users.list',
      '+ /b  get  anyone',
      '+ /c  get  anyone',
    ]);
    assert.deepEqual(changesBetween(before, before.toReversed()), ['the same lines, in another order or number']);
    assert.deepEqual(changesBetween(before, [...before, ...before]), ['the same lines, in another order or number']);
  });

  test('accepts what has not', () => assert.deepEqual(changesBetween(before, [...before]), []));
});

describe('the shape of a JSON value', () => {
  test('has keys and types, and no values', () => {
    assert.deepEqual(shapeOf({ ok: true, users: [{ id: 'canary', at: 7 }] }), [
      '(all): object',
      'ok: boolean',
      'users: list',
      'users[]: object',
      'users[].at: number',
      'users[].id: string',
    ]);
  });

  test('takes the entries of a list together: a key that some lack, a key of two types', () => {
    assert.deepEqual(shapeOf([{ a: null }, { a: 'x', b: [] }]), [
      '(all): list',
      '[]: object',
      '[].a: null | string',
      '[].b?: list',
    ]);
    assert.notDeepEqual(shapeOf({ a: 1 }), shapeOf({ a: '1' }));
  });
});

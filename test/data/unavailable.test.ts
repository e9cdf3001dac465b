import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { isUnavailable } from '../../src/platform/database/unavailable.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });
const named = (name: string): Error => Object.assign(new Error('x'), { name });

describe('isUnavailable returns true', () => {
  const codes: Record<string, string[]> = {
    PostgreSQL: ['08000', '08006', '53100', '53300', '55P03', '57014', '57P01', '57P03'],
    SQLite: [
      'SQLITE_BUSY',
      'SQLITE_BUSY_SNAPSHOT',
      'SQLITE_BUSY_RECOVERY',
      'SQLITE_LOCKED',
      'SQLITE_LOCKED_SHAREDCACHE',
    ],
    'the disk': ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHORT_READ'],
    'the file': ['SQLITE_CANTOPEN', 'SQLITE_CANTOPEN_ISDIR', 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED'],
    'the network': ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    'name resolution': ['ENOTFOUND', 'EAI_AGAIN'],
  };
  for (const [what, all] of Object.entries(codes)) {
    for (const code of all)
      test(`for an error of ${what}: ${code}`, () => assert.equal(isUnavailable(coded(code)), true));
  }
  const names = ['KnexTimeoutError', 'ClientClosedError', 'SocketClosedUnexpectedlyError', 'ConnectionTimeoutError'];
  for (const name of [...names, 'SocketTimeoutError', 'ClientOfflineError', 'DisconnectsClientError', 'TimeoutError']) {
    test(`for an error named ${name}`, () => assert.equal(isUnavailable(named(name)), true));
  }
  const messages = [
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout expired',
    'timeout exceeded when trying to connect',
  ];
  for (const message of messages)
    test(`for the message “${message}”`, () => assert.equal(isUnavailable(new Error(message)), true));

  test('for a refused connection to a host name with two addresses', async () => {
    const socket = connect({ port: 1, host: 'localhost', autoSelectFamily: true });
    const error = await new Promise((resolve) => socket.once('error', resolve));
    assert.equal(isUnavailable(error), true);
  });
});

describe('isUnavailable returns false', () => {
  for (const code of [
    '42601',
    '42P01',
    '23505',
    '22021',
    'SQLITE_ERROR',
    'SQLITE_CONSTRAINT_UNIQUE',
    'SQLITE_CORRUPT',
    'ENOENT',
  ]) {
    test(`for the code ${code}`, () => assert.equal(isUnavailable(coded(code)), false));
  }
  test('for a TypeError', () => assert.equal(isUnavailable(new TypeError('x is not a function')), false));
  for (const value of [null, undefined, 'ECONNREFUSED', { code: '08006' }, 0]) {
    test(`for the value ${inspect(value)}`, () => assert.equal(isUnavailable(value), false));
  }
  test('for an error with a numeric code', () => {
    assert.equal(isUnavailable(Object.assign(new Error('x'), { code: 57 })), false);
  });
});

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { ClientOfflineError, SimpleError } from 'redis';
import { connectionErrorRows, storeErrorRows } from '../../src/platform/database/store-errors.ts';
import {
  attributeTo,
  describeStoreFault,
  findStoreFault,
  isUnavailable,
} from '../../src/platform/database/unavailable.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });
const named = (name: string): Error => Object.assign(new Error('x'), { name });

describe('isUnavailable returns true', () => {
  const codes: Record<string, string[]> = {
    PostgreSQL: ['08000', '08006', '08P01', '53100', '53200', '53300', '57014', '57P01', '57P02', '57P03', '57P05'],
    'a standby, or read-only transactions': ['25006'],
    'a pooler that lost a prepared statement': ['42P05', '26000'],
    'the disk of PostgreSQL': ['58030', '58P01', 'XX001', 'XX002'],
    'transactions that PostgreSQL ended': ['40001', '40P01', '55P03', '25P03', '25P04'],
    'access to PostgreSQL': ['28000', '28P01', '3D000', '42501'],
    SQLite: [
      'SQLITE_BUSY',
      'SQLITE_BUSY_SNAPSHOT',
      'SQLITE_BUSY_RECOVERY',
      'SQLITE_LOCKED',
      'SQLITE_LOCKED_SHAREDCACHE',
    ],
    'a damaged file': ['SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX', 'SQLITE_CORRUPT_VTAB', 'SQLITE_NOTADB'],
    'a lost file': ['SQLITE_FILE_LOST', 'SQLITE_FILE_DAMAGED'],
    'the disk': ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHORT_READ'],
    'other faults of SQLite': ['SQLITE_PROTOCOL', 'SQLITE_NOMEM', 'SQLITE_PERM', 'SQLITE_READONLY_RECOVERY'],
    'the file': ['SQLITE_CANTOPEN', 'SQLITE_CANTOPEN_ISDIR', 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED'],
    'the network': ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    'name resolution': ['ENOTFOUND', 'EAI_AGAIN'],
  };
  for (const [what, all] of Object.entries(codes)) {
    for (const code of all)
      test(`for the code ${code} (${what})`, () => assert.equal(isUnavailable(coded(code)), true));
  }
  const names = ['KnexTimeoutError', 'ClientClosedError', 'SocketClosedUnexpectedlyError', 'ConnectionTimeoutError'];
  for (const name of [...names, 'SocketTimeoutError', 'ClientOfflineError', 'DisconnectsClientError', 'TimeoutError']) {
    test(`for an error named ${name}`, () => assert.equal(isUnavailable(named(name)), true));
  }
  const messages = [
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout expired',
    'Query read timeout',
    'select "id" from "users" where "id" = $1 - Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'The database connection is not open',
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

describe('an error reply of Redis', () => {
  for (const reply of [
    "READONLY You can't write against a read only replica.",
    "OOM command not allowed when used memory > 'maxmemory'.",
    'LOADING Redis is loading the dataset in memory',
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist on disk.',
    'CLUSTERDOWN Hash slot not served',
    'MOVED 3999 127.0.0.1:6381',
    'ASK 3999 127.0.0.1:6381',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'NOREPLICAS Not enough good replicas to write.',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    "NOPERM this user has no permissions to run the 'set' command",
  ])
    test(`is classified as unavailability: ${reply}`, () =>
      assert.equal(findStoreFault(new SimpleError(reply))?.store, 'Redis'));

  test('is not classified as unavailability if the command was wrong, or if only the error message looks like a reply', () => {
    assert.equal(
      isUnavailable(new SimpleError('WRONGTYPE Operation against a key holding the wrong kind of value')),
      false,
    );
    assert.equal(isUnavailable(new SimpleError("ERR unknown command 'X'")), false);
    assert.equal(isUnavailable(new Error('READONLY is a word')), false);
  });
});

describe('the log line of a store error', () => {
  const attributed = attributeTo('PostgreSQL', coded('ECONNREFUSED'));
  for (const { error, line } of [
    { error: coded('25006'), line: /^PostgreSQL: The server accepts no writes: it is a standby, .+ \(25006\)$/ },
    { error: coded('53300'), line: /^PostgreSQL: The server has no connection left\. .+ \(53300\)$/ },
    { error: coded('SQLITE_IOERR_FSYNC'), line: /^SQLite: The disk with .+ \(SQLITE_IOERR_FSYNC\)$/ },
    {
      error: coded('SQLITE_READONLY_DBMOVED'),
      line: /^SQLite: The database file was moved .+ \(SQLITE_READONLY_DBMOVED\)$/,
    },
    {
      error: new SimpleError('OOM command not allowed'),
      line: /^Redis: The server has reached maxmemory\. .+ \(OOM\)$/,
    },
    { error: new ClientOfflineError(), line: /^Redis: The connection was lost .+ \(ClientOfflineError\)$/ },
    { error: attributed, line: /^PostgreSQL: The server refuses connections: .+ \(ECONNREFUSED\)$/ },
    {
      error: attributeTo('PostgreSQL', new Error('select secret - Query read timeout')),
      line: /^PostgreSQL: The server does not answer in time\. \(Query read timeout\)$/,
    },
    { error: coded('ECONNRESET'), line: /^Database or session store: The connection was lost .+ \(ECONNRESET\)$/ },
  ])
    test(`matches ${String(line)}`, () => {
      const fault = findStoreFault(error);
      assert.match(fault === null ? '' : describeStoreFault(fault), line);
    });

  test('explains every row of the table in a sentence with a capital letter and a period', () => {
    for (const { explanation } of [...storeErrorRows, ...connectionErrorRows])
      assert.match(explanation, /^[A-Z].{15,}\.$/, explanation);
  });
});

describe('isUnavailable returns false', () => {
  for (const code of [
    '42P01',
    '23505',
    '22021',
    'SQLITE_ERROR',
    'SQLITE_CONSTRAINT_UNIQUE',
    '25001',
    '42601',
    'XX000',
    'SQLITE_MISUSE',
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

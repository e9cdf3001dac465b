import { StoreMismatch } from '../region-identity.ts';
import { connectionErrorRows, storeErrorRows, type ConnectionErrorRow, type StoreName } from './store-errors.ts';

/** A fault of a store, described for the log. */
export interface StoreFault {
  /** Null if the error does not identify the store that caused it. */
  readonly store: StoreName | null;
  /** A short identifier of the error, such as a SQLSTATE or the name of an error class. */
  readonly code: string;
  readonly explanation: string;
  /** Whether the connection that returned the error must be replaced, because it can't be used again. */
  readonly replaceConnection: boolean;
}

// Errors from node-redis have the `name` of their parent class, so the name of the constructor is compared.
const redisReplies = new Set(['SimpleError', 'BlobError']);
const redisClasses = new Set([
  'SocketClosedUnexpectedlyError',
  'ClientOfflineError',
  'ConnectionTimeoutError',
  'SocketTimeoutError',
  'ClientClosedError',
  'DisconnectsClientError',
]);

/**
 * Looks an error up in the table of store errors.
 * @returns the fault of the database or session store; null for all other errors, such as programming errors
 */
export function findStoreFault(error: unknown): StoreFault | null {
  if (!(error instanceof Error)) return null;
  return findForeignRedis(error) ?? findByCode(error) ?? findConnectionFault(error);
}

/** @returns whether the database or session store is unreachable, unable to serve, full or overloaded */
export const isUnavailable = (error: unknown): boolean => findStoreFault(error) !== null;

/** @returns one line for the log with the store, the explanation and the code */
export function describeStoreFault({ store, explanation, code }: StoreFault): string {
  return `${store ?? 'Database or session store'}: ${explanation} (${code})`;
}

/** Adds the name of the store to an error, because connection errors do not identify the store. */
export function attributeTo(store: StoreName, error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { store }) : error;
}

// A running process that reaches another region's Redis after a failover or a DNS change responds with 503.
function findForeignRedis(error: Error): StoreFault | null {
  if (!(error instanceof StoreMismatch) || error.markedStore.setting !== 'REDIS_URL') return null;
  return { store: 'Redis', code: 'WRONG_REGION', explanation: error.message, replaceConnection: true };
}

function findByCode(error: Error): StoreFault | null {
  const isReply = redisReplies.has(error.constructor.name);
  const code = isReply ? (error.message.split(' ', 1)[0] ?? '') : codeOf(error);
  const row = storeErrorRows.find((each) => (each.store === 'Redis') === isReply && each.code.test(code));
  if (row === undefined) return null;
  const { store, explanation, replaceConnection = false } = row;
  return { store, code, explanation, replaceConnection };
}

function findConnectionFault(error: Error): StoreFault | null {
  const names = [error.name, error.constructor.name];
  const row = connectionErrorRows.find(
    ({ codes, classes, message }) =>
      codes.includes(codeOf(error)) ||
      classes.some((each) => names.includes(each)) ||
      message?.test(error.message) === true,
  );
  if (row === undefined) return null;
  const { explanation } = row;
  return { store: storeOf(error), code: shortNameOf(error, row), explanation, replaceConnection: true };
}

// Quotes only the part of the message that matched, because the message may begin with the text of a statement.
function shortNameOf(error: Error, { message }: ConnectionErrorRow): string {
  const code = codeOf(error);
  if (code !== '') return code;
  return message?.exec(error.message)?.[0] ?? error.constructor.name;
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

function storeOf(error: Error): StoreName | null {
  if ('store' in error) return error.store as StoreName;
  return redisClasses.has(error.constructor.name) ? 'Redis' : null;
}

// SQLSTATE classes: 08 connection, 53 resources, 57 operator intervention (57014: the statement took too long).
const postgresClasses = /^(08|53|57)/;
const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
]);
const names = new Set([
  'KnexTimeoutError',
  'TimeoutError',
  'ClientClosedError',
  'SocketClosedUnexpectedlyError',
  'ConnectionTimeoutError',
  'SocketTimeoutError',
  'ClientOfflineError',
  'DisconnectsClientError',
]);
const messages =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Socket closed|The client is closed/;

/** @returns whether an error says that a database or the session store is away, full or overburdened, rather than that a program is wrong */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    codes.has(code) ||
    code.startsWith('SQLITE_IOERR') ||
    postgresClasses.test(code) ||
    names.has(error.name) ||
    messages.test(error.message)
  );
}

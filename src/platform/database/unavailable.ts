// SQLSTATE classes: 08 connection, 53 resources, 57 operator intervention (57014: statement timeout).
const postgresClasses = /^(08|53|57)/;
// Also matches extended codes such as SQLITE_READONLY_DBMOVED.
const sqliteCodes = /^SQLITE_(BUSY|LOCKED|FULL|CANTOPEN|READONLY|IOERR)(_|$)/;
const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
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
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Socket closed|The client is closed|Unable to acquire a connection|database connection is not open/;

/**
 * @returns whether the database or session store is unreachable, full or overloaded, as opposed to a programming error
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    codes.has(code) ||
    sqliteCodes.test(code) ||
    postgresClasses.test(code) ||
    names.has(error.name) ||
    // The errors of node-redis have the `name` of their parent class, so compare the name of the constructor too.
    names.has(error.constructor.name) ||
    messages.test(error.message)
  );
}

/** The stores that the portal depends on. */
export type StoreName = 'SQLite' | 'PostgreSQL' | 'Redis';

/** One row of `storeErrorRows`: the errors of a store that mean the same thing to an operator. */
export interface StoreErrorRow {
  readonly store: StoreName;
  /** Matches the code of an error, or the first word of a Redis reply. */
  readonly code: RegExp;
  /** One sentence for the log: what the store reports and what it means. */
  readonly explanation: string;
  /** Set if the connection that returned the error must be replaced: a new one may reach another server. */
  readonly replaceConnection?: true;
}

const sqlite = (code: RegExp, explanation: string): StoreErrorRow => ({ store: 'SQLite', code, explanation });

const postgres = (code: RegExp, explanation: string): StoreErrorRow => ({ store: 'PostgreSQL', code, explanation });

const postgresReplacing = (code: RegExp, explanation: string): StoreErrorRow => ({
  store: 'PostgreSQL',
  code,
  explanation,
  replaceConnection: true,
});

const redis = (code: RegExp, explanation: string): StoreErrorRow => ({ store: 'Redis', code, explanation });

/** The code of an error that is thrown if the file of a running portal was deleted or replaced. */
export const fileLostCode = 'SQLITE_FILE_LOST';

/** The code of an error that is thrown after a page of the file was found to be damaged. */
export const fileDamagedCode = 'SQLITE_FILE_DAMAGED';

const poolerInTransactionMode =
  'A connection pooler in transaction mode lost a prepared statement. Use session mode, or with PgBouncer 1.21 or later set max_prepared_statements.';

/**
 * The errors of the stores that make a request fail with 503 instead of 500. The first matching row applies. SQLite
 * codes include their extended codes, such as SQLITE_READONLY_DBMOVED. docs/operators/faults.md says what to do.
 */
export const storeErrorRows: readonly StoreErrorRow[] = [
  sqlite(
    new RegExp(`^${fileLostCode}$`),
    'The database file was deleted or replaced while the portal was running. Stop the portal, restore the file and start again.',
  ),
  sqlite(
    new RegExp(`^${fileDamagedCode}$`),
    'The database file is damaged. Stop the portal and restore the latest backup.',
  ),
  sqlite(/^SQLITE_READONLY_DBMOVED$/, 'The database file was moved or deleted while the portal was running.'),
  sqlite(/^SQLITE_(BUSY|LOCKED)(_|$)/, 'Another process holds the write lock of the database file.'),
  sqlite(/^SQLITE_FULL$/, 'The disk with the database file is full.'),
  sqlite(/^SQLITE_IOERR(_|$)/, 'The disk with the database file reports an input or output error.'),
  sqlite(
    /^SQLITE_(CORRUPT(_|$)|NOTADB$)/,
    'The database file is damaged. Stop the portal and restore the latest backup.',
  ),
  sqlite(/^SQLITE_(READONLY(_|$)|PERM$)/, 'The database file or its folder does not accept writes.'),
  sqlite(/^SQLITE_CANTOPEN(_|$)/, 'The database file cannot be opened. Check that DATA_DIR is mounted and readable.'),
  sqlite(/^SQLITE_PROTOCOL$/, 'Another process changes the mode of the database file.'),
  sqlite(/^SQLITE_NOMEM$/, 'The process has no memory left for the database.'),
  postgresReplacing(
    /^25006$/,
    'The server accepts no writes: it is a standby, or transactions are read-only. Connect to the primary.',
  ),
  postgresReplacing(/^(42P05|26000)$/, poolerInTransactionMode),
  postgresReplacing(
    /^08P01$/,
    'The server or a connection pooler does not understand a message. PgBouncer must ignore the startup parameter statement_timeout.',
  ),
  postgresReplacing(/^08/, 'The connection failed.'),
  postgres(/^53100$/, 'The disk of the server is full.'),
  postgres(/^53200$/, 'The server has no memory left.'),
  postgres(/^53300$/, 'The server has no connection left. Raise max_connections or run fewer processes.'),
  postgres(/^53/, 'The server lacks a resource.'),
  postgres(/^57014$/, 'The server canceled a statement that took too long, usually because another one holds a lock.'),
  postgresReplacing(/^57P03$/, 'The server is starting or stopping and accepts no connections.'),
  postgresReplacing(/^57/, 'The server ended the connection, because it stops or an administrator ended it.'),
  postgresReplacing(/^58/, 'The server reports an input or output error of its disk.'),
  postgres(/^XX00[12]$/, 'The files of the database are damaged. Stop the portal and restore the latest backup.'),
  postgres(/^(40001|40P01)$/, 'The server rolled back a transaction that conflicts with another one.'),
  postgres(/^55P03$/, 'Another transaction held the lock of a row for too long.'),
  postgresReplacing(/^25P0[34]$/, 'The server ended a transaction that was idle or open for too long.'),
  postgres(/^28/, 'The server rejects the role or the password of DATABASE_URL.'),
  postgres(/^3D000$/, 'The database of DATABASE_URL does not exist.'),
  postgres(/^42501$/, 'The role of DATABASE_URL lacks a privilege.'),
  redis(/^READONLY$/, 'The server accepts no writes, because it is a replica. Connect to the primary.'),
  redis(/^OOM$/, 'The server has reached maxmemory. Raise it; session data must not be evicted.'),
  redis(/^LOADING$/, 'The server is starting and loads its data.'),
  redis(/^MISCONF$/, 'The server accepts no writes, because it cannot save its data to disk.'),
  redis(/^CLUSTERDOWN$/, 'The cluster is down, because a part of its slots has no server.'),
  redis(/^(MOVED|ASK|CROSSSLOT|TRYAGAIN)$/, 'The server is part of a cluster, which Parvis does not support.'),
  redis(/^NOREPLICAS$/, 'The server accepts no writes, because too few replicas are connected.'),
  redis(/^MASTERDOWN$/, 'The server is a replica that has lost its primary.'),
  redis(/^(BUSY|UNKILLABLE)$/, 'The server runs a script that does not end.'),
  redis(
    /^(NOAUTH|WRONGPASS|NOPERM)$/,
    'The server rejects the user or the password of REDIS_URL, or lacks a permission.',
  ),
  redis(/^MAXCLIENTS$/, 'The server has no connection left. Raise maxclients.'),
];

/** Connection errors, which have an operating system code, a driver's error class, or only a message. */
export interface ConnectionErrorRow {
  readonly codes: readonly string[];
  /** Names of error classes. */
  readonly classes: readonly string[];
  readonly message: RegExp | null;
  readonly explanation: string;
}

export const connectionErrorRows: readonly ConnectionErrorRow[] = [
  {
    codes: ['ECONNREFUSED'],
    classes: [],
    message: null,
    explanation: 'The server refuses connections: it is stopped, or the address is wrong.',
  },
  {
    codes: ['ECONNRESET', 'EPIPE'],
    classes: ['SocketClosedUnexpectedlyError', 'ClientOfflineError'],
    message: /Connection (terminated|ended) unexpectedly|Connection terminated$|Socket closed|is not queryable/,
    explanation: 'The connection was lost and is being restored.',
  },
  {
    codes: ['EMFILE', 'ENFILE'],
    classes: [],
    message: null,
    explanation: 'The process has no file descriptor left. Raise the limit of open files.',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN'],
    classes: [],
    message: null,
    explanation: 'The host name cannot be resolved.',
  },
  {
    codes: ['EHOSTUNREACH', 'ENETUNREACH'],
    classes: [],
    message: null,
    explanation: 'The network has no route to the server.',
  },
  {
    codes: [],
    classes: ['KnexTimeoutError'],
    message: /Unable to acquire a connection/,
    explanation: 'No connection was free in time: all were in use, or the server does not answer.',
  },
  {
    codes: ['ETIMEDOUT'],
    classes: ['TimeoutError', 'ConnectionTimeoutError', 'SocketTimeoutError'],
    message: /Connection terminated due to|timeout expired|timeout exceeded when trying to connect|Query read timeout/,
    explanation: 'The server does not answer in time.',
  },
  {
    codes: [],
    classes: ['ClientClosedError', 'DisconnectsClientError'],
    message: /The client is closed|database connection is not open/,
    explanation: 'The connection is closed.',
  },
];

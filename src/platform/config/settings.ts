import type { EnvironmentVariable } from './environment.ts';

/** The entry for an environment variable in `docs/reference/settings.md`. */
export interface Setting {
  readonly description: string;
  /** The behavior if the variable is not set and the schema has no default value. */
  readonly unset?: string;
}

/** The documentation of every environment variable; `npm run reference` writes it to `docs/reference/settings.md`. */
export const settings: Readonly<Record<EnvironmentVariable, Setting>> = {
  HOST: { description: 'The address to listen on.' },
  PORT: { description: 'The port to listen on. The demo uses this port and the next one.' },
  BASE_URL: {
    description:
      'The address that users open in their browser, without a path. It must be https, except on a loopback name. Links in ' +
      'pages and emails are built from it, never from the `Host` header.',
    unset: '`http://localhost:PORT`',
  },
  REGION: {
    description:
      'The region that this process serves: `worldwide`, `germany`, `us-government`, `china`, or the id in a rules file of ' +
      'your own. A database, a `DATA_DIR` and a Redis belong to one region: a process of another region refuses to start on them.',
  },
  REGION_URLS: {
    description:
      'The addresses of all regions, separated by commas: `worldwide=https://portal.example,germany=https://portal.de.example`. ' +
      'Users of another region are redirected there. If the list contains the region of this process, its address must equal `BASE_URL`.',
    unset: 'no other region is known, and no user is redirected',
  },
  REGION_RULES: {
    description: 'The path of a rules file that replaces the built-in rules of the region.',
    unset: 'the built-in rules of `REGION`',
  },
  LOCALES_DIR: {
    description:
      'A directory with language folders of your own. A folder such as `es` adds a language to the built-in regions; a folder ' +
      'such as `en` replaces single texts of a built-in language. A rules file in `REGION_RULES` names its languages itself.',
    unset: 'the built-in languages',
  },
  DATA_DIR: {
    description:
      'The directory for the SQLite database, the email outbox, and the keys that Parvis generates. With PostgreSQL it still ' +
      'contains the keys of the region (`directory-key`, `region-identity`).',
  },
  DATABASE_URL: {
    description: 'The database: `sqlite:PATH` or `postgres://user:password@host:port/database`.',
    unset: '`parvis.sqlite` in `DATA_DIR`',
  },
  REDIS_URL: {
    description: 'The Redis server for session data: `redis://…` or `rediss://…`.',
    unset: 'session data is stored in the database',
  },
  SESSION_SECRETS: {
    description:
      'The secrets that sign session cookies, separated by commas, each with 32 characters or more. The first one signs; all of ' +
      'them verify. Required with PostgreSQL.',
    unset: 'generated at the first start and stored in `DATA_DIR`',
  },
  SECOND_FACTOR_KEYS: {
    description:
      'The keys that encrypt the secrets of authenticator apps, in the same format as `SESSION_SECRETS`. The first one encrypts; ' +
      'all of them decrypt.',
    unset: 'with PostgreSQL, `SESSION_SECRETS`; otherwise generated at the first start and stored in `DATA_DIR`',
  },
  TRUST_PROXY: {
    description:
      'The number of reverse proxies in front of Parvis. If it is too high, clients can forge their address; if it is too low, ' +
      'all users share the address of the proxy, and with it the limits on failed sign-ins.',
  },
  SMTP_URL: {
    description:
      'The SMTP server for outgoing email: `smtp://…` (with STARTTLS) or `smtps://…`, with `user:password@` if it requires ' +
      'authentication. TLS is required, except on a loopback name.',
    unset: 'no email is sent; with the default SQLite database, messages are written to `outbox` in `DATA_DIR`',
  },
  MAIL_FROM: {
    description:
      'The sender of outgoing email: `portal@company.example` or `Name <portal@company.example>`. Required with `SMTP_URL`.',
    unset: '`parvis@` and the host name of `BASE_URL`',
  },
  STOP_NOTICE_SECONDS: {
    description:
      'How long the process still accepts requests after SIGTERM, in seconds. During this time `/readyz` answers 503, and every ' +
      'response closes its connection. Choose more than the interval at which your load balancer asks `/readyz`.',
  },
  STOP_GRACE_SECONDS: {
    description:
      'How long requests in progress may take after that, in seconds; then their connections are cut. The service manager must ' +
      'wait for both times and two seconds more before it kills the process (`TimeoutStopSec`, `docker stop --time`).',
  },
  LOG_LEVEL: {
    description: 'The lowest level that is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
  },
};

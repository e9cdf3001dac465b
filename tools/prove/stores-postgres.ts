import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { startMailSink } from './mail-sink.ts';
import type { Place } from './places.ts';
import { startRecorder, type Recorder } from './recorder.ts';
import { openRedis } from './stores-redis.ts';
import { rowText, tablePlaces, type RegionStores } from './stores.ts';
import type { Watching } from './process-watcher.ts';
import { CommandError } from '../../src/platform/command-error.ts';

const maxDumpBytes = 256 * 1024 * 1024;
const [postgresPort, redisPort] = [5432, 6379];

interface GivenStores {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
}

/** The stores of one region, each behind a recorder. */
interface RecordedStores {
  readonly region: string;
  readonly databaseUrl: string;
  readonly database: Recorder;
  readonly redis: RecordedRedis | null;
  readonly sink: Awaited<ReturnType<typeof startMailSink>>;
}

interface RecordedRedis {
  readonly url: string;
  readonly recorder: Recorder;
  readonly store: Awaited<ReturnType<typeof openRedis>>;
}

/** Opens the given PostgreSQL database, and Redis if one is given, each behind a recorder. */
export async function postgresStores(region: string, given: GivenStores, watching: Watching): Promise<RegionStores> {
  const stores = await openRecorded(region, given, watching);
  const { databaseUrl, database, redis, sink } = stores;
  const recorders = [database, ...(redis === null ? [] : [redis.recorder])];
  const { host, port } = addressOf(databaseUrl, postgresPort);
  return {
    environment: environmentOf(stores),
    ports: new Map([
      ...recorders.map((recorder) => [recorder.port, `its own ${recorder.store}`] as const),
      [sink.port, 'its own mail server'],
    ]),
    files: [],
    described: redis === null ? 'PostgreSQL, which also stores the sessions' : 'PostgreSQL, and Redis for the sessions',
    identity: `${host}:${port}${new URL(databaseUrl).pathname}`,
    checkEmpty: () => checkStoresAreEmpty(stores),
    read: async () => [...(await withClient(databaseUrl, readTables)), ...((await redis?.store.read()) ?? [])],
    backup: async () => [await dump(databaseUrl)],
    plant: (text) => plantInStores(stores, text),
    recorders,
    mails: () => sink.mails,
    plantMail: (text) => sink.mails.push(text),
    close: async () => {
      await redis?.store.close();
      for (const recorder of recorders) await recorder.close();
      await sink.close();
    },
  };
}

async function openRecorded(
  region: string,
  { databaseUrl, redisUrl }: GivenStores,
  watching: Watching,
): Promise<RecordedStores> {
  const database = await startRecorder(region, 'PostgreSQL', addressOf(databaseUrl, postgresPort), watching);
  const redis = redisUrl === null ? null : await openRecordedRedis(region, redisUrl, watching);
  return { region, databaseUrl, database, redis, sink: await startMailSink() };
}

async function openRecordedRedis(region: string, url: string, watching: Watching): Promise<RecordedRedis> {
  const recorder = await startRecorder(region, 'Redis', addressOf(url, redisPort), watching);
  return { url, recorder, store: await openRedis(url) };
}

/** @returns the settings of the region's processes, which reach their stores only through the recorders */
const environmentOf = ({ region, databaseUrl, database, redis, sink }: RecordedStores): Record<string, string> => ({
  DATABASE_URL: proxiedUrl(databaseUrl, database),
  ...(redis === null ? {} : { REDIS_URL: proxiedUrl(redis.url, redis.recorder) }),
  SESSION_SECRETS: randomBytes(32).toString('base64url'),
  SECOND_FACTOR_KEYS: randomBytes(32).toString('base64url'),
  SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
  MAIL_FROM: `portal@${region}.example`,
});

function proxiedUrl(url: string, { port }: Recorder): string {
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${port}`;
  return proxied.href;
}

async function checkStoresAreEmpty({ region, databaseUrl, redis }: RecordedStores): Promise<void> {
  const tables = await withClient(databaseUrl, tableNames);
  const tenants = tables.includes('tenants')
    ? await withClient(databaseUrl, (client) => rowsOf(client, 'tenants'))
    : [];
  if (tenants.length > 0)
    throw new CommandError(`The given database of ${region} contains tenants; the proof requires an empty one`);
  if ((await redis?.store.read())?.some(({ items }) => items > 0))
    throw new CommandError(`The given Redis of ${region} is not empty`);
}

async function readTables(client: pg.Client): Promise<Place[]> {
  const places: Place[] = [];
  for (const name of await tableNames(client)) places.push(...tablePlaces(name, await rowsOf(client, name)));
  return places;
}

// Connects through the recorders, so that the recorded traffic also contains the string.
async function plantInStores({ databaseUrl, database, redis }: RecordedStores, text: string): Promise<void> {
  const insert = 'insert into throttles (key, points) values ($1, 0)';
  await withClient(proxiedUrl(databaseUrl, database), (client) => client.query(insert, [text]));
  if (redis !== null) await (await openRedis(proxiedUrl(redis.url, redis.recorder))).plantAndClose(text);
}

function addressOf(url: string, usual: number): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: port === '' ? usual : Number(port) };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function tableNames(client: pg.Client): Promise<string[]> {
  const query = "select table_name from information_schema.tables where table_schema = 'public' order by 1";
  return (await client.query<{ table_name: string }>(query)).rows.map(({ table_name }) => table_name);
}

const rowsOf = async (client: pg.Client, table: string): Promise<Record<string, unknown>[]> =>
  (await client.query<Record<string, unknown>>(`select * from "${table}"`)).rows;

/** Uses pg_dump if it is installed for this server version. Otherwise reads every table through the driver. */
async function dump(url: string): Promise<Place> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const place = { kind: 'backup', items: 1, mayHoldDomains: true, showsSecrets: false, mayHoldMoves: true } as const;
  const env = {
    PATH: process.env.PATH ?? '',
    PGHOST: hostname,
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    PGPORT: port === '' ? String(postgresPort) : port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
  };
  try {
    const { stdout } = await promisify(execFile)('pg_dump', [], {
      env,
      maxBuffer: maxDumpBytes,
      encoding: 'buffer',
    });
    return { ...place, name: 'dump by pg_dump', content: stdout };
  } catch {
    const content = await withClient(url, async (client) => {
      const tables: Buffer[] = [];
      for (const name of await tableNames(client)) tables.push(...(await rowsOf(client, name)).map(rowText));
      return Buffer.concat(tables);
    });
    return { ...place, name: 'every table read through the driver (no pg_dump for this server)', content };
  }
}

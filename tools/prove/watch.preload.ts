/**
 * Loaded into a process of a region before anything else (`--import`): writes down, one JSON line each, whatever the process
 * asks for outside itself. It tells and does not judge. Its address says where to write (`into`) and the folders of which
 * files are told (`below`).
 */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

type Any = (...all: unknown[]) => unknown;
type Patched = Record<string, Any>;

const { searchParams } = new URL(import.meta.url);
const into = fs.openSync(searchParams.get('into') ?? '', 'a', 0o600);
const folders = searchParams.getAll('below');
const write = fs.writeSync;
const told = new Set<string>();

function tell(what: string, to: string): void {
  // A file that is read a hundred times is told once; a connection each time.
  const known = what === 'file' && told.has(to);
  told.add(what === 'file' ? to : '');
  if (!known) write(into, `${JSON.stringify({ what, to })}\n`);
}

function before(object: object, names: readonly string[], note: (all: unknown[]) => void): void {
  const patched = object as Patched;
  for (const name of names) {
    const original = patched[name];
    if (typeof original !== 'function') continue;
    patched[name] = function (this: unknown, ...all: unknown[]) {
      note(all);
      return original.apply(this, all);
    };
    Object.defineProperties(patched[name], Object.getOwnPropertyDescriptors(original));
  }
}

const named = (first: unknown): string => (typeof first === 'string' ? first : String(first));

// Node's own callers hand the options over within a list.
before(net.Socket.prototype, ['connect'], ([first, second]) => {
  const given: unknown = Array.isArray(first) ? first[0] : first;
  const {
    host,
    port,
    path: local,
  } = typeof given === 'object' && given !== null
    ? (given as { host?: string; port?: number; path?: string })
    : Number.isInteger(Number(given))
      ? { host: typeof second === 'string' ? second : undefined, port: Number(given), path: undefined }
      : { host: undefined, port: undefined, path: named(given) };
  tell('connection', local ?? `${host ?? 'localhost'}:${port}`);
});
before(dgram.Socket.prototype, ['connect', 'send', 'bind'], () => tell('datagram', 'UDP'));
const asking = [
  'lookup',
  'lookupService',
  'resolve',
  'resolve4',
  'resolve6',
  'resolveAny',
  'resolveMx',
  'resolveSrv',
  'resolveTxt',
  'reverse',
];
for (const object of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
  before(object, asking, ([name]) => tell('name', named(name)));
before(childProcess, ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'], ([command]) =>
  tell('process', path.basename(named(command))),
);

function tellFile(given: unknown): void {
  const file = given instanceof URL ? fileURLToPath(given) : Buffer.isBuffer(given) ? given.toString() : given;
  if (typeof file !== 'string') return;
  const whole = path.resolve(file);
  if (folders.some((folder) => whole === folder || whole.startsWith(folder + path.sep))) tell('file', whole);
}

const touching = [
  'open',
  'readFile',
  'writeFile',
  'appendFile',
  'copyFile',
  'rename',
  'link',
  'symlink',
  'unlink',
  'rm',
  'mkdir',
  'mkdtemp',
  'readdir',
  'opendir',
  'stat',
  'lstat',
  'readlink',
  'truncate',
  'chmod',
  'access',
];
const streams = ['createReadStream', 'createWriteStream', 'watch', 'existsSync'];
before(fs, [...touching, ...touching.map((name) => `${name}Sync`), ...streams], ([file, other]) => {
  tellFile(file);
  tellFile(other);
});
before(fs.promises, touching, ([file]) => tellFile(file));

// SQLite opens its files itself: the driver is asked which.
if (isMainThread) {
  const require = createRequire(import.meta.url);
  const driver = require.resolve('better-sqlite3');
  const Original = require(driver) as new (...all: unknown[]) => object;
  const loaded = require.cache[driver];
  if (loaded) {
    loaded.exports = new Proxy(Original, {
      construct: (target, all: unknown[], newTarget) => {
        tellFile(all[0]);
        return Reflect.construct(target, all, newTarget) as object;
      },
    });
  }
}
syncBuiltinESMExports();
tell('watching', isMainThread ? 'main' : 'worker');

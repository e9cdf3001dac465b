/**
 * This file is preloaded into each process of a region with `--import`. It records every external resource that the
 * process requests as a line of JSON. Its query parameters are `into`, the output file, and `below`, the folders in
 * which opened files are recorded. It only records; process-assessment.ts evaluates the records.
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

type AnyFunction = (...all: unknown[]) => unknown;
type Patched = Record<string, AnyFunction>;

const { searchParams } = new URL(import.meta.url);
const into = fs.openSync(searchParams.get('into') ?? '', 'a', 0o600);
const folders = searchParams.getAll('below');
const write = fs.writeSync;
const recorded = new Set<string>();

function record(what: string, to: string): void {
  // Each file is recorded once, while connections are recorded every time.
  const isRepeated = what === 'file' && recorded.has(to);
  recorded.add(what === 'file' ? to : '');
  if (!isRepeated) write(into, `${JSON.stringify({ what, to })}\n`);
}

function intercept(object: object, names: readonly string[], onCall: (all: unknown[]) => void): void {
  const patched = object as Patched;
  for (const name of names) {
    const original = patched[name];
    if (typeof original !== 'function') continue;
    patched[name] = function (this: unknown, ...all: unknown[]) {
      onCall(all);
      return original.apply(this, all);
    };
    Object.defineProperties(patched[name], Object.getOwnPropertyDescriptors(original));
  }
}

const asText = (first: unknown): string => (typeof first === 'string' ? first : String(first));

// Node itself passes the arguments as one array.
intercept(net.Socket.prototype, ['connect'], ([first, second]) => {
  const given: unknown = Array.isArray(first) ? first[0] : first;
  const {
    host,
    port,
    path: local,
  } = typeof given === 'object' && given !== null
    ? (given as { host?: string; port?: number; path?: string })
    : Number.isInteger(Number(given))
      ? { host: typeof second === 'string' ? second : undefined, port: Number(given), path: undefined }
      : { host: undefined, port: undefined, path: asText(given) };
  record('connection', local ?? `${host ?? 'localhost'}:${port}`);
});
intercept(dgram.Socket.prototype, ['connect', 'send', 'bind'], () => record('datagram', 'UDP'));
const dnsFunctions = [
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
  intercept(object, dnsFunctions, ([name]) => record('name', asText(name)));
intercept(childProcess, ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'], ([command]) =>
  record('process', path.basename(asText(command))),
);

function recordFile(given: unknown): void {
  const file = given instanceof URL ? fileURLToPath(given) : Buffer.isBuffer(given) ? given.toString() : given;
  if (typeof file !== 'string') return;
  const whole = path.resolve(file);
  if (folders.some((folder) => whole === folder || whole.startsWith(folder + path.sep))) record('file', whole);
}

const fileFunctions = [
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
const otherFileFunctions = ['createReadStream', 'createWriteStream', 'watch', 'existsSync'];
intercept(
  fs,
  [...fileFunctions, ...fileFunctions.map((name) => `${name}Sync`), ...otherFileFunctions],
  ([file, other]) => {
    recordFile(file);
    recordFile(other);
  },
);
intercept(fs.promises, fileFunctions, ([file]) => recordFile(file));

// SQLite opens its files in native code, so the constructor of its driver is intercepted instead.
if (isMainThread) {
  const require = createRequire(import.meta.url);
  const driver = require.resolve('better-sqlite3');
  const Original = require(driver) as new (...all: unknown[]) => object;
  const loaded = require.cache[driver];
  if (loaded) {
    loaded.exports = new Proxy(Original, {
      construct: (target, all: unknown[], newTarget) => {
        recordFile(all[0]);
        return Reflect.construct(target, all, newTarget) as object;
      },
    });
  }
}
syncBuiltinESMExports();
record('watching', isMainThread ? 'main' : 'worker');

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { readConfig } from '../../src/platform/config/config.ts';
import { findExposures } from '../../src/platform/file-permissions.ts';
import { migrateDatabase } from '../../src/platform/start-database.ts';
import { run } from '../cli/command.ts';

const root = mkdtempSync(path.join(tmpdir(), 'parvis-modes-'));
after(() => rmSync(root, { recursive: true, force: true }));
const skip = process.platform === 'win32' ? 'Windows has no file modes' : false;

interface Case {
  readonly what: string;
  readonly directory?: number;
  /** The modes of files, and of the folder `outbox` after its files. */
  readonly files?: Readonly<Record<string, number>>;
  /** The setting, whether it is a fault, and the names in the message. */
  readonly found: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'files that only their owner can reach', directory: 0o700, files: { 'session-secret': 0o600 }, found: [] },
  {
    what: 'open files in a closed directory',
    directory: 0o700,
    files: { 'session-secret': 0o644, 'parvis.sqlite': 0o666 },
    found: [],
  },
  {
    what: 'closed files in a directory that others can list',
    directory: 0o755,
    files: { 'session-secret': 0o600 },
    found: ['DATA_DIR note names'],
  },
  {
    what: 'closed files in a directory that others can enter but not list',
    directory: 0o711,
    files: { 'session-secret': 0o600 },
    found: ['DATA_DIR note names'],
  },
  {
    what: 'the marker of the region, which other users must be able to compare',
    directory: 0o711,
    files: { 'region.json': 0o644 },
    found: ['DATA_DIR note names'],
  },
  {
    what: 'a key that others can read',
    directory: 0o711,
    files: { 'session-secret': 0o604, 'second-factor-key': 0o600 },
    found: ['DATA_DIR fault session-secret'],
  },
  {
    what: 'a database that the group can read',
    directory: 0o750,
    files: { 'parvis.sqlite': 0o640, 'parvis.sqlite-wal': 0o640 },
    found: ['DATA_DIR note parvis.sqlite, parvis.sqlite-wal'],
  },
  {
    what: 'a key that others can read, in a directory that only the group can enter',
    directory: 0o710,
    files: { 'region-identity': 0o604 },
    found: ['DATA_DIR note names'],
  },
  {
    what: 'a database that everyone can read',
    directory: 0o755,
    files: { 'parvis.sqlite': 0o644 },
    found: ['DATA_DIR fault parvis.sqlite', 'DATA_DIR note parvis.sqlite'],
  },
  {
    what: 'a directory in which everyone can replace files',
    directory: 0o777,
    files: { 'session-secret': 0o600 },
    found: ['DATA_DIR fault the directory itself', 'DATA_DIR note the directory itself'],
  },
  {
    what: 'stored emails with one-time links',
    directory: 0o711,
    files: { 'outbox/1.eml': 0o604, 'outbox/2.eml': 0o600 },
    found: ['DATA_DIR fault outbox/1.eml'],
  },
  {
    what: 'open emails in a folder that only its owner can enter',
    directory: 0o701,
    files: { 'outbox/1.eml': 0o604, outbox: 0o700 },
    found: ['DATA_DIR note names'],
  },
  {
    what: 'more files than a message should name',
    directory: 0o701,
    files: Object.fromEntries(Array.from('abcdefg', (name) => [name, 0o604])),
    found: ['DATA_DIR fault a, b, c, d, e and 2 more'],
  },
];

function make({ directory = 0o700, files = {} }: Partial<Case>): string {
  const folder = mkdtempSync(path.join(root, 'data-'));
  for (const [name, mode] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (name !== 'outbox') writeFileSync(file, '');
    chmodSync(file, mode);
  }
  chmodSync(folder, directory);
  return folder;
}

function configOf(environment: Record<string, string>) {
  const { config, faults } = readConfig(environment);
  assert.ok(config, faults.join('\n'));
  return config;
}

const short = ({ setting, isFault, message }: ReturnType<typeof findExposures>[number]): string => {
  const named = /: (.*)\. Unless this is intended, run "chmod /.exec(message)?.[1] ?? 'names';
  return `${setting} ${isFault ? 'fault' : 'note'} ${named}`;
};

describe('the search for files that other users of the machine can reach', { skip }, () => {
  for (const { what, found, ...files } of cases)
    test(`reports ${found.join(' and ') || 'nothing'} for ${what}`, () => {
      const DATA_DIR = make(files);
      const exposures = findExposures(configOf({ DATA_DIR }));
      assert.deepEqual(exposures.map(short), found);
      for (const { message } of exposures) assert.ok(message.endsWith(`run "chmod -R go-rwx ${DATA_DIR}".`), message);
    });

  test('reports nothing for a directory that does not exist', () => {
    assert.deepEqual(findExposures(configOf({ DATA_DIR: path.join(root, 'missing') })), []);
  });

  test('reports a SQLite file outside DATA_DIR, but not unrelated files beside it', () => {
    const folder = make({ directory: 0o711, files: { 'p.db': 0o604, 'p.db-wal': 0o600, 'other.txt': 0o644 } });
    const DATABASE_URL = `sqlite:${path.join(folder, 'p.db')}`;
    const [exposure, ...more] = findExposures(configOf({ DATA_DIR: path.join(root, 'missing'), DATABASE_URL }));
    assert.ok(exposure && more.length === 0);
    assert.equal(short(exposure), 'DATABASE_URL fault p.db');
    assert.ok(exposure.message.endsWith(`run "chmod go-rwx ${path.join(folder, 'p.db')}*".`), exposure.message);
  });
});

describe('a data directory that other users of the machine can reach', { skip }, () => {
  test('is a fault of the check command if its files are open, and otherwise a note', async () => {
    const DATA_DIR = make({ directory: 0o755, files: { 'session-secret': 0o604 } });
    const open = await run(['check', '--json'], { DATA_DIR });
    const fault = `DATA_DIR: every user of this machine can read or change files in ${DATA_DIR}: session-secret. `;
    const { faults } = JSON.parse(open.stdout) as { faults: string[] };
    assert.equal(open.code, 1);
    assert.deepEqual(
      faults.filter((each) => each.startsWith(fault)),
      [`${fault}Unless this is intended, run "chmod -R go-rwx ${DATA_DIR}".`],
    );
    chmodSync(path.join(DATA_DIR, 'session-secret'), 0o600);
    const closed = await run(['check', '--json'], { DATA_DIR: make({ directory: 0o755 }) });
    const { ok, notes } = JSON.parse(closed.stdout) as { ok: boolean; notes: string[] };
    assert.deepEqual([closed.code, ok, notes.length], [0, true, 1]);
    assert.match(notes[0] ?? '', /^DATA_DIR: other users of this machine can see the names of the files in /);
  });

  test('is logged when a server starts', async () => {
    const lines: { level: number; setting: string; msg: string }[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
    await migrateDatabase(configOf({ DATA_DIR: make({ directory: 0o711, files: { 'dump.sql': 0o604 } }) }), log);
    const logged = lines.filter(({ msg }) => msg.startsWith('DATA_DIR: '));
    assert.deepEqual(
      logged.map(({ level, setting, msg }) => [level, setting, msg.includes('dump.sql')]),
      [[40, 'DATA_DIR', true]],
    );
  });
});

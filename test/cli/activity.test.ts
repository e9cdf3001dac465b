import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import SqliteFile from 'better-sqlite3';
import { dataDirectory, fault, json, run } from './command.ts';

const environment = { DATA_DIR: dataDirectory() };
const { tenantId } = await json<{ tenantId: string }>(
  [
    ...['tenant', 'add', '--name', 'Ateliers Lumière', '--domain', 'lumiere.example', '--language', 'fr'],
    ...['--admin-name', 'Camille Laurent', '--admin-username', 'camille@lumiere.example'],
  ],
  environment,
);
for (let resets = 0; resets < 4; resets++)
  await run(['user', 'reset-password', 'camille@lumiere.example'], environment);

const exported = await run(['activity', 'export', '--tenant', tenantId], environment);
const file = path.join(path.dirname(environment.DATA_DIR), 'log.jsonl');
const lines = exported.stdout.trimEnd().split('\n');

/** Writes an edited copy of the export. @returns its path */
function writeEdited(edit: (lines: string[]) => void): string {
  const copy = [...lines];
  edit(copy);
  writeFileSync(file, copy.map((line) => `${line}\n`).join(''));
  return file;
}

interface Verification {
  readonly ok: boolean;
  readonly entries: number;
  readonly fault: object | null;
}
// The settings are invalid on purpose: verifying a file needs no database.
const verify = async (name: string, ...more: string[]): Promise<[code: number | null, result: Verification]> => {
  const { code, stdout } = await run(['activity', 'verify', '--file', name, '--json', ...more], { PORT: 'nonsense' });
  return [code, JSON.parse(stdout) as Verification];
};

describe('the activity export command', () => {
  test('writes a header line, every entry and an end line, and records itself as the last entry', () => {
    assert.deepEqual([exported.code, exported.stderr], [0, '']);
    const kinds = lines.slice(1, -1).map((line) => (JSON.parse(line) as { kind: string }).kind);
    const expected = ['tenant.added', 'user.added', ...Array<string>(4).fill('password.reset'), 'activity.exported'];
    assert.deepEqual(kinds, expected);
  });

  test('rejects an unknown tenant', async () => {
    assert.match(await fault(['activity', 'export', '--tenant', 'nobody'], environment), /Tenant not found: nobody/);
  });
});

describe('activity verify with a file', () => {
  test('accepts an export without a database and explains what the result proves', async () => {
    assert.deepEqual(await verify(writeEdited(() => {})), [0, { ok: true, entries: 7, fault: null }]);
    const { stdout } = await run(['activity', 'verify', '--file', file], {});
    assert.match(stdout, /^7 entries verified: none changed, deleted or reordered\.\n.+compare the last hash/);
    const piped = await run(['activity', 'verify', '--file', '-', '--json'], {}, readFileSync(file, 'utf8'));
    assert.deepEqual(JSON.parse(piped.stdout), { ok: true, entries: 7, fault: null });
  });

  const table: [what: string, edit: (lines: string[]) => void, entries: number, fault: object, words: RegExp][] = [
    [
      'an edited entry',
      (all) => void (all[3] = all[3]!.replace('password.reset', 'user.added')),
      2,
      { place: 3, fault: 'changed' },
      /entry 3 was changed after/,
    ],
    ['a missing entry', (all) => void all.splice(4, 1), 3, { place: 4, fault: 'missing' }, /entry 4 is missing/],
    [
      'reordered entries',
      (all) => void all.splice(2, 2, all[3]!, all[2]!),
      1,
      { place: 2, fault: 'missing' },
      /entry 2 is missing or was replaced/,
    ],
    ['a truncated file', (all) => void all.splice(6), 5, { place: 6, fault: 'cutOff' }, /truncated: expected entry 6/],
  ];
  for (const [what, edit, entries, found, words] of table) {
    test(`exits with 1 and names the first faulty entry: ${what}`, async () => {
      assert.deepEqual(await verify(writeEdited(edit)), [1, { ok: false, entries, fault: { ...found, tenantId } }]);
      const { code, stdout } = await run(['activity', 'verify', '--file', file], {});
      assert.equal(code, 1);
      assert.match(stdout, words);
    });
  }

  test('reports that a filtered export may be incomplete', async () => {
    const begin = JSON.parse(lines[0]!) as { begin: object };
    const filter = { user: null, group: 'passwords', from: null, until: null };
    const hashes = lines.slice(1, -1).map((line) => (JSON.parse(line) as { hash: string }).hash);
    const entries = lines.slice(3, 7).map((line, index) => ({
      ...(JSON.parse(line) as object),
      previousHash: hashes[index + 1],
    }));
    const part = [{ begin: { ...begin.begin, filter } }, ...entries, { end: { entries: 4 } }];
    const name = writeEdited((all) => void all.splice(0, all.length, ...part.map((line) => JSON.stringify(line))));
    assert.deepEqual(await verify(name), [0, { ok: true, entries: 4, fault: null, filtered: true }]);
    const { stdout } = await run(['activity', 'verify', '--file', name], {});
    assert.match(
      stdout,
      /^4 entries of a filtered export verified.+\nA filtered export cannot show whether entries are missing/,
    );
  });

  test('rejects a file that is not an export and the log of another tenant, with one line each', async () => {
    writeFileSync(file, '{"a":1}\n');
    assert.match(await fault(['activity', 'verify', '--file', file], {}), /is not an activity log export/);
    writeFileSync(file, '');
    assert.match(await fault(['activity', 'verify', '--file', file], {}), /is not an activity log export/);
    assert.match(await fault(['activity', 'verify', '--file', '/nowhere/log.jsonl'], {}), /no such file/);
    const other = ['activity', 'verify', '--file', writeEdited(() => {}), '--tenant', 'another'];
    assert.match(await fault(other, {}), /log of another tenant/);
  });

  test('rejects a line of several megabytes', async () => {
    writeFileSync(file, `${lines[0]!}\n${'x'.repeat(3 * 1024 * 1024)}`);
    const [code, { fault: found }] = await verify(file);
    assert.deepEqual([code, found], [1, { place: 1, fault: 'unreadable', tenantId }]);
  });
});

describe('activity verify with the database', () => {
  test('verifies the log and reports the first changed entry', async () => {
    assert.deepEqual(await json(['activity', 'verify', '--tenant', tenantId], environment), {
      ...{ ok: true, entries: 7, fault: null },
    });
    const database = new SqliteFile(path.join(environment.DATA_DIR, 'parvis.sqlite'));
    database.prepare("update activity set kind = 'signOut' where place = 3").run();
    database.close();
    const { code, stdout } = await run(['activity', 'verify', '--json'], environment);
    const expected = { ok: false, entries: 2, fault: { place: 3, fault: 'changed', tenantId } };
    assert.deepEqual([code, JSON.parse(stdout)], [1, expected]);
    assert.match(await fault(['activity', 'verify', '--tenant', 'nobody'], environment), /Tenant not found: nobody/);
  });

  test('reports the same change in a new export of the log', async () => {
    const { stdout } = await run(['activity', 'export', '--tenant', tenantId], environment);
    writeFileSync(file, stdout);
    assert.deepEqual((await verify(file))[1].fault, { place: 3, fault: 'changed', tenantId });
  });
});

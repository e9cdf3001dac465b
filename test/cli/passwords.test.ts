import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { passwordListStore, readList } from '../../src/core/accounts/index.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const environment = { DATA_DIR: dataDirectory() };
const file = (content: string | Buffer): string => {
  const name = path.join(environment.DATA_DIR, '../list.txt');
  writeFileSync(name, content);
  return name;
};
const importing = (...args: string[]): string[] => ['passwords', 'import', ...args];

describe('passwords import', () => {
  const table: [label: string, content: string | Buffer, passwords: number][] = [
    ['two lines', 'nordwind und sonne\nzwei alte esel\n', 2],
    ['no line break at the end', 'nordwind und sonne', 1],
    ['Windows line breaks and a duplicate password', 'eins\r\nzwei\r\nEins\r\n', 2],
    ['a byte order mark', '\ufeffeins\n', 1],
    ['digests with counts', `${'0123456789ABCDEF'.repeat(3).slice(0, 40)}:42\n`, 1],
    ['bytes that are not UTF-8', Buffer.from([0xe9, 0x74, 0xe9, 0x0a, 0x61, 0x0a]), 2],
    ['no lines', '', 0],
  ];
  for (const [label, content, passwords] of table) {
    test(`reads a file with ${label}`, async () => {
      await json(['migrate'], environment);
      const { counts } = await json<{ counts: object }>(importing(file(content), '--dry-run'), environment);
      assert.equal((counts as { added: number }).added, passwords);
      assert.deepEqual(await json(importing(file(content), '--yes'), environment), { ok: true, passwords });
    });
  }

  test('reads standard input', async () => {
    await json(['migrate'], environment);
    const given = 'eins\nzwei\ndrei\n';
    assert.deepEqual(await json(importing('-', '--yes'), environment, given), { ok: true, passwords: 3 });
    const { stdout } = await run(importing('-', '--dry-run'), environment, given);
    assert.match(stdout, /removes 3 and adds 3/);
  });

  test('reports a file that does not exist', async () => {
    assert.match(await fault(importing('/nowhere/list.txt', '--yes'), environment), /nowhere/);
  });
});

describe('a password on the list', () => {
  test('cannot be chosen in any letter case, but still works for a user who chose it before', async () => {
    const portal = await openPortal();
    const tenant = await aTenant(portal, { language: 'en' });
    const user = await aUser(portal, tenant);
    const lines = ['seven quiet otters nap', goodPassword];
    await passwordListStore.replace(portal.database, await readList(lines, 10));
    const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(user);
    assert.equal(person.path, '/dashboard');
    for (const chosen of ['seven quiet otters nap', 'Seven Quiet OTTERS nap']) {
      await person.visit('/my-profile/password');
      await person.submit('Change password', {
        'Current password': goodPassword,
        'New password': chosen,
        'Confirm new password': chosen,
      });
      assert.equal(person.status, 422);
      person.sees('it’s on a list of known passwords');
    }
  });
});

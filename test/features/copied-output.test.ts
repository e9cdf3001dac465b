import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { removeInvisible } from '../../src/domain/people/visible-text.ts';
import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { plannedAddition } from '../support/import-scenarios.ts';
import { aStagedImport, importPath } from '../support/imports.ts';
import { aTenantWithHandover, english, linkPattern } from '../support/links.ts';
import { aMailServer } from '../support/mail-server.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { recoveryCodesOn, aSecondFactorUser } from '../support/second-factor.ts';
import { dataDirectory, run } from '../cli/command.ts';

const temporaryPattern = /(?<![A-Z2-9-])(?:[A-HJ-NP-Z2-9]{4}-){4}[A-HJ-NP-Z2-9]{4}(?![A-Z2-9-])/;
const recoveryPattern = /(?:[A-HJ-NP-Z2-9]{4}-){5}[A-HJ-NP-Z2-9]{4}/;
const isInvisible = (character = ''): boolean => character !== '' && removeInvisible(character) === '';

/** Asserts that the output contains the value to copy, without invisible characters in or next to it. */
function assertCopyable(output: string, wanted: string | RegExp): void {
  const found = typeof wanted === 'string' ? wanted : (wanted.exec(output)?.[0] ?? '');
  assert.ok(found !== '' && output.includes(found), `${String(wanted)}: ${output.slice(0, 2_000)}`);
  for (let at = output.indexOf(found); at >= 0; at = output.indexOf(found, at + 1)) {
    assert.ok(!isInvisible(output[at - 1]), `before ${found}`);
    assert.ok(!isInvisible(output[at + found.length]), `after ${found}`);
  }
  assert.ok(![...found].some(isInvisible));
}

describe('output to be copied contains no invisible characters', async () => {
  const server = await aMailServer();
  const portal = await openPortal({ environment: { SMTP_URL: server.url, MAIL_FROM } });
  const tenant = await aTenant(portal, { language: 'fr' });
  const camille = await aUser(portal, tenant, { administratorLevel: 'global', language: 'en' });
  const admin = await aPerson(portal, english).signIn(camille);
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé\u200D Besson', username: `zoe@${tenant.domain}` });

  async function mailsOf(act: () => Promise<unknown>) {
    await portal.background.runAll();
    server.received.length = 0;
    await act();
    await portal.background.runAll();
    return server.received;
  }

  it('on pages', async () => {
    for (const path of [paths.users, userPath(zoe.id), `${paths.users}?q=zoe`]) {
      await admin.visit(path);
      assertCopyable(admin.$('body').text(), zoe.username);
    }
    await admin.visit(paths.myProfile);
    assertCopyable(admin.$('body').text(), camille.username);
  });

  it('on the page and the sheet with a temporary password', async () => {
    await admin.visit(resetPasswordPath(zoe.id));
    await admin.submit('Reset password');
    for (const part of [admin.$('body').text(), admin.$('.sheet').text()]) assertCopyable(part, zoe.username);
    assertCopyable(admin.$('body').text(), temporaryPattern);
  });

  it('on the page and the sheet with a one-time link', async () => {
    const { tenant: own, admin: other } = await aTenantWithHandover(portal, 'link');
    const user = await aUser(portal, own);
    await other.visit(resetPasswordPath(user.id));
    await other.submit('Reset password');
    for (const wanted of [user.username, linkPattern]) assertCopyable(other.$('body').text(), wanted);
  });

  it('on the page with recovery codes', async () => {
    const user = await aUser(portal, tenant);
    const { person } = await aSecondFactorUser(portal, user);
    assert.equal(recoveryCodesOn(person).length, 10);
    for (const wanted of [user.username, recoveryPattern, ...recoveryCodesOn(person)])
      assertCopyable(person.$('body').text(), wanted);
  });

  for (const language of ['en', 'fr', 'de'] as const) {
    it(`in emails in ${language}`, async () => {
      const { tenant: own, admin: other } = await aTenantWithHandover(portal, 'mailedLink');
      const user = await aUser(portal, own, { language });
      const [link] = await mailsOf(async () => {
        await other.visit(resetPasswordPath(user.id));
        await other.submit('Reset password');
      });
      const [notice] = await mailsOf(() =>
        other.send('POST', `${userPath(user.id)}/block`).then(() => other.send('POST', `${userPath(user.id)}/unblock`)),
      );
      for (const part of [link?.text ?? '', link?.html ?? ''])
        for (const wanted of [user.username, linkPattern]) assertCopyable(part, wanted);
      for (const part of [notice?.text ?? '', notice?.html ?? ''])
        for (const wanted of [user.username, 'http://localhost:3000/sign-in']) assertCopyable(part, wanted);
    });
  }

  it('in CSV files', async () => {
    assertCopyable((await admin.send('GET', paths.exportUsers)).text, zoe.username);
    const address = `${importPath}/${await aStagedImport(portal, tenant, camille, [plannedAddition(tenant, 0)])}`;
    await admin.visit(address);
    await admin.submit('Import 1 row');
    await portal.background.runAll();
    await admin.visit(address);
    await admin.submit('Download passwords');
    const added = plannedAddition(tenant, 0).username;
    for (const wanted of [added, temporaryPattern]) assertCopyable(admin.body, wanted);
  });

  it('in the output of commands', async () => {
    const environment = { DATA_DIR: dataDirectory() };
    const command = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(args, environment);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const organization = ['tenant', 'add', '--name', 'A', '--domain', 'a.example', '--language', 'en'];
    const added = await command(
      ...organization,
      '--admin-name',
      'Ada',
      '--admin-username',
      '\u2068ada@a.example\u2069',
    );
    const reset = await command('user', 'reset-password', 'ada@a.example\u200B');
    const operator = await command('operator', 'add', '--name', 'Op', '--username', 'op@host.example');
    for (const output of [added, reset, operator]) assertCopyable(output, temporaryPattern);
    for (const output of [added, reset]) assertCopyable(output, 'ada@a.example');
    assertCopyable(operator, 'op@host.example');
    assertCopyable(await command('operator', 'list'), 'op@host.example');
  });
});

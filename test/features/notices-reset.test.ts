import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resetPasswordPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aMailServer } from '../support/mail-server.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

describe('an email about a reset password', async () => {
  const server = await aMailServer();
  const portal = await openPortal({ environment: { SMTP_URL: server.url, MAIL_FROM: 'Portal <portal@host.example>' } });
  const tenant = await aTenant(portal, { language: 'fr' });
  const zoe = await aUser(portal, tenant, { language: 'en' });
  const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(
    await aUser(portal, tenant, { administratorLevel: 'global', language: 'en' }),
  );
  await admin.visit(resetPasswordPath(zoe.id));
  await admin.submit('Reset password');
  const secret = admin.$('output#temporary-password').text();
  await portal.background.runAll();
  const mail = server.received.at(-1);

  it('contains no password in any spelling, and neither does the activity log', async () => {
    assert.match(secret, /^[A-Z2-9]{4}(-[A-Z2-9]{4}){4}$/);
    const queued = await portal.database.knex('activity').select();
    for (const { raw, text, html } of server.received)
      for (const place of [raw, text, html, JSON.stringify(queued)])
        for (const spelling of [secret, secret.replaceAll('-', ''), secret.slice(0, 9)])
          assert.ok(!place.includes(spelling));
  });

  it('links only to the sign-in page and loads no resources', () => {
    const addresses = [...(mail?.html ?? '').matchAll(/(?:href|src|url)\s*[=(]\s*"?([^"\s)>]+)/g)].map(([, to]) => to);
    assert.deepEqual(addresses, ['http://localhost:3000/sign-in']);
    assert.doesNotMatch(mail?.text ?? '', /https?:\/\/(?!localhost:3000\/sign-in\n)/);
  });

  it('has a sender, a Message-ID and the headers of an automatic message', () => {
    const headers = mail?.headers ?? [];
    for (const header of [
      'From: Portal <portal@host.example>',
      'Auto-Submitted: auto-generated',
      'Content-Language: en',
    ])
      assert.ok(headers.includes(header), headers.join('\n'));
    assert.ok(headers.some((header) => /^Message-ID: <[0-9a-f-]{36}@host\.example>$/.test(header)));
    assert.ok(!headers.some((header) => /x-mailer/i.test(header)));
  });
});

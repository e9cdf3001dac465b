import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as cheerio from 'cheerio';
import { createScope } from '../../src/domain/scope.ts';
import { cleanName } from '../../src/domain/people/user.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aMailServer } from '../support/mail-server.ts';
import { openPortal } from '../support/portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person } from '../../src/domain/principal.ts';

const server = await aMailServer();
const portal = await openPortal({ environment: { SMTP_URL: server.url, MAIL_FROM: 'portal@host.example' } });

const names: [label: string, name: string][] = [
  ['a header injection', 'Zoé\r\nBcc: everybody@evil.example'],
  ['a body injection', 'Zoé\r\n\r\n<a href="https://evil.example">Sign in</a>'],
  ['the end of an SMTP message', 'Zoé\r\n.\r\nMAIL FROM:<evil@evil.example>'],
  ['a bare line feed', 'Zoé\nTo: evil@evil.example'],
  ['a bare carriage return', 'Zoé\rTo: evil@evil.example'],
  ['other line breaks', 'Zoé\u2028Bcc: a\u2029b\u0085c\u000Bd'],
  ['a NUL and an escape', 'Zoé\u001B[2J'],
  ['right-to-left letters and overrides', 'أحمد \u202Egnp.exe\u2066'],
  ['unbalanced isolates', '\u2067Zoé\u2069\u2069\u2069'],
  ['invisible characters', 'Zo\u200B\uFEFF\u2060é'],
  ['characters of four bytes', '👩‍🚀 𝒵𝑜𝑒́ 李小龍'],
  ['an HTML element', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
  ['the end of an attribute', '"><svg onload=alert(1)>'],
  ['template syntax', '{{7*7}} $t(common:product) <%= 7*7 %> ${7*7} %s'],
  ['a second mailbox', '"Zoé" <evil@evil.example>, evil@evil.example'],
  ['an encoded word', '=?utf-8?q?=0D=0ABcc:_evil@evil.example?='],
  ['a web address', 'https://evil.example/login?next=1'],
  ['a web address without a scheme', 'www.evil.example'],
  ['a domain, as of a tenant', 'Evil.example GmbH'],
  ['an IDN with other dots', 'müller\u3002example\uff0eevil\uff61example'],
  ['an email address', 'support@other.example'],
  ['a quoted email address', '"support@other.example" <support@other.example>'],
  ['a link without a host', 'mailto:support@other.example tel:+33123456789'],
  ['a name with a title', 'Dr. J.R. Müller'],
  ['200 letters', 'ÄÖÜẞ'.repeat(50)],
];

const wordJoiner = /\u2060/g;
const visible = (text: string): string => text.replace(wordJoiner, '');
const isolatedIn = (line: string): string => /\u2068(.*)\u2069/.exec(line)?.[1] ?? '';
// Mail programs turn a string into a link if it contains a separator followed by a letter or digit.
const linkable = /[.:@/\u3002\uff0e\uff61][\p{L}\p{N}]/u;

describe('an email to a user with a hostile name', () => {
  for (const [label, name] of names) {
    it(`shows the name as text: ${label}`, async () => {
      const tenant = await aTenant(portal, { name, language: 'fr' });
      const user = await aUser(portal, tenant, { displayName: name });
      const actor = await aUser(portal, tenant, { displayName: name, administratorLevel: 'global' });
      const scope = createScope({ ...tenant.scope, principal: person(actor) });
      const before = server.received.length;
      await activityStore.record(portal.database, scope, { kind: 'user.restored' }, user.id, portal.clock.now);
      await portal.background.runAll();
      const [mail, ...more] = server.received.slice(before);
      assert.ok(mail && more.length === 0);
      assert.deepEqual(mail.to, [user.username]);
      const fields = mail.headers.map((header) => header.split(':')[0]).sort();
      assert.deepEqual(fields, [
        ...['Auto-Submitted', 'Content-Language', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID'],
        ...['Subject', 'To'],
      ]);
      const addresses = mail.headers.filter((header) => /^(From|To):/.test(header));
      assert.deepEqual(addresses, ['From: portal@host.example', `To: ${user.username}`]);
      assert.equal(mail.subject, 'Votre compte a été restauré');
      const clean = cleanName(name);
      const lines = mail.text.split('\n');
      assert.equal(visible(lines[0] ?? ''), `Bonjour \u2068${clean}\u2069,`);
      const named = lines.filter((line) => visible(line).endsWith(`\u2068${clean}\u2069`));
      assert.equal(named.length, 2, mail.text);
      const $ = cheerio.load(mail.html);
      const marked = $('bdi').filter((_, each) => visible($(each).text()) === clean);
      assert.equal(marked.length, 3);
      const shown = [...[lines[0] ?? '', ...named].map(isolatedIn), ...marked.map((_, each) => $(each).text()).get()];
      assert.deepEqual(
        shown.filter((text) => linkable.test(text)),
        [],
      );
      assert.deepEqual([$('a').length, $('script, img, svg').length], [1, 0]);
    });
  }
});

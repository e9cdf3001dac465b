import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readConfig } from '../../src/platform/config/config.ts';

const secret = 'a-secret-of-the-operator-with-40-letters';
const from = 'portal@company.example';

function mailOf(variables: Record<string, string>) {
  const { config, faults } = readConfig(variables);
  assert.deepEqual(faults, []);
  return config?.mail;
}

describe('email', () => {
  test('goes to the configured SMTP server', () => {
    const mail = mailOf({ SMTP_URL: 'smtps://ada:p%40ss@mail.company.example:465', MAIL_FROM: from });
    assert.ok(mail?.kind === 'smtp');
    assert.equal(mail.url.hostname, 'mail.company.example');
    assert.deepEqual(mail.from, { name: '', address: from });
  });

  test('goes to an outbox folder by default if the database is embedded', () => {
    const data = path.resolve('x');
    assert.deepEqual(mailOf({ DATA_DIR: 'x' }), {
      ...{ kind: 'folder', directory: path.join(data, 'outbox') },
      from: { name: '', address: 'parvis@localhost' },
    });
  });

  test('is disabled by default if DATABASE_URL is set', () => {
    assert.equal(mailOf({ DATABASE_URL: 'sqlite:/srv/p.db' }), null);
    assert.equal(
      mailOf({ DATABASE_URL: 'postgres://db/parvis', SESSION_SECRETS: secret, SECOND_FACTOR_KEYS: secret }),
      null,
    );
  });
});

describe('MAIL_FROM', () => {
  for (const [written, name, address] of [
    [from, '', from],
    [` ${from} `, '', from],
    [`<${from}>`, '', from],
    [`Espace partenaires <${from}>`, 'Espace partenaires', from],
    [`"Müller, Lumière & Co" <${from}>`, 'Müller, Lumière & Co', from],
    ['portal@müller.example', '', 'portal@müller.example'],
  ] as const) {
    test(`accepts ${written}`, () => {
      assert.deepEqual(mailOf({ MAIL_FROM: written })?.from, { name, address });
    });
  }

  const hostile = [
    ...['portal', '@company.example', 'portal@', 'a@b@c', 'a b@c.example', 'Portal portal@company.example'],
    ...['a@c.example, b@c.example', 'a@c.example;b@c.example', '<a@c.example> b', 'Portal <a@c.example', '<>'],
    ...['a@c.example\r\nBcc: b@c.example', 'Portal\r\nBcc: x <a@c.example>', 'a@c.example>\u0000', 'a@<c.example>'],
  ];
  for (const written of hostile) {
    test(`rejects ${JSON.stringify(written)}`, () => {
      const shape = 'MAIL_FROM: must be portal@company.example or Name <portal@company.example>';
      assert.deepEqual(readConfig({ MAIL_FROM: written }).faults, [shape]);
    });
  }

  for (const written of [
    `support@other.example <${from}>`,
    `"support@other.example" <${from}>`,
    `Support @ Co <${from}>`,
  ]) {
    test(`rejects a name that looks like another address: ${written}`, () => {
      const fault = 'MAIL_FROM: the name in front of the address must not contain an @';
      assert.deepEqual(readConfig({ MAIL_FROM: written }).faults, [fault]);
    });
  }

  test('is required with SMTP_URL', () => {
    assert.deepEqual(readConfig({ SMTP_URL: 'smtp://mail.example' }).faults, ['MAIL_FROM: is required with SMTP_URL']);
  });
});

describe('SMTP_URL', () => {
  for (const url of [
    ...['mail.example', 'http://mail.example', 'smtp:', 'smtp://', 'smtp:mail.example', 'smtp://:25', 'smtps:///x'],
    ...['smtp://mail.example/path', 'smtp://mail.example?secure=false', 'smtp://ada:canary@mail.example:99999'],
    ...['smtp://ada:canary@mail.example/#x', 'smtp://ada:canary@mail.example?proxy=http://evil.example'],
  ]) {
    test(`rejects ${url} in one line without quoting it`, () => {
      const { faults } = readConfig({ SMTP_URL: url, MAIL_FROM: from });
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', /^SMTP_URL: /);
      assert.doesNotMatch(faults[0] ?? '', /canary|\n/);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { sendRaw } from '../support/responses.ts';
import { passwordHashOf, setPasswordHash } from '../support/credentials.ts';

const english = { 'Accept-Language': 'en' };
const weak = { memoryCost: 8, timeCost: 1, parallelism: 1 };

async function canSignIn(portal: Portal, { username }: TestUser, clearPassword: string): Promise<boolean> {
  const person = await aPerson(portal, english).signIn({ username, clearPassword });
  return person.status === 200 && ['/dashboard', '/change-password'].includes(person.path);
}

/** Records the byte length of every hashed password. */
function recordLengths(hasher: Hasher): { hasher: Hasher; lengths: number[] } {
  const lengths: number[] = [];
  const note = (password: string): string => {
    lengths.push(Buffer.byteLength(password));
    return password;
  };
  const spy: Hasher = {
    ...hasher,
    hash: (password) => hasher.hash(note(password)),
    verify: (tag, password) => hasher.verify(tag, note(password)),
  };
  return { hasher: spy, lengths };
}

describe('a password chosen by the user', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal);
  const cases: [label: string, kept: string, typed: string, letIn: boolean][] = [
    ['unchanged', 'un été à la montagne', 'un été à la montagne', true],
    ['composed accents, typed decomposed', 'un été à la montagne', 'un été à la montagne'.normalize('NFD'), true],
    ['decomposed accents, typed composed', 'un été à la montagne'.normalize('NFD'), 'un été à la montagne', true],
    ['full-width letters instead of ASCII', 'quatre pommes vertes', 'ｑｕａｔｒｅ pommes vertes', true],
    ['with its trailing space', 'quatre pommes vertes ', 'quatre pommes vertes ', true],
    ['without its trailing space', 'quatre pommes vertes ', 'quatre pommes vertes', false],
    ['with an additional leading space', 'quatre pommes vertes', ' quatre pommes vertes', false],
    ['in another letter case', 'quatre pommes vertes', 'Quatre pommes vertes', false],
    ['without accents', 'un été à la montagne', 'un ete a la montagne', false],
    ['with another last character', 'quatre pommes vertes', 'quatre pommes vertet', false],
    ['with another last character of 256', `${'a'.repeat(255)}b`, `${'a'.repeat(255)}c`, false],
    ['with a 257th character', 'a'.repeat(256), 'a'.repeat(257), false],
    ['too long for hashing, against the hash of an empty password', '', 'x'.repeat(1_025), false],
    ['256 characters of four bytes', '🐙'.repeat(256), '🐙'.repeat(256), true],
    [
      '256 Latin letters that decompose into three code points',
      'ế'.repeat(256),
      'ế'.repeat(256).normalize('NFD'),
      true,
    ],
    [
      '256 Hangul syllables that decompose into three code points',
      '각'.repeat(256),
      '각'.repeat(256).normalize('NFD'),
      true,
    ],
  ];

  for (const [label, clearPassword, typed, letIn] of cases) {
    it(`${letIn ? 'is accepted' : 'is rejected'}: ${label}`, async () => {
      const user = await aUser(portal, tenant, { clearPassword });
      assert.equal(await canSignIn(portal, user, typed), letIn);
    });
  }
});

describe('a temporary password', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal);
  const spellings: [label: string, change: (clear: string) => string, letIn: boolean][] = [
    ['unchanged', (clear) => clear, true],
    ['in lowercase', (clear) => clear.toLowerCase(), true],
    ['without hyphens', (clear) => clear.replaceAll('-', ''), true],
    ['in lowercase and without hyphens', (clear) => clear.toLowerCase().replaceAll('-', ''), true],
    ['with spaces', (clear) => ` ${clear.replaceAll('-', ' ')} `, true],
    ['with en dashes', (clear) => clear.replaceAll('-', '–'), true],
    [
      'in full-width letters',
      (clear) =>
        [...clear].map((each) => (each === '-' ? each : String.fromCodePoint(each.codePointAt(0)! + 0xfee0))).join(''),
      true,
    ],
    ['with another last character', (clear) => clear.slice(0, -1) + (clear.endsWith('A') ? 'B' : 'A'), false],
    ['without its last character', (clear) => clear.slice(0, -1), false],
    ['with an extra character', (clear) => `${clear}A`, false],
    ['with its groups in another order', (clear) => clear.split('-').reverse().join('-'), false],
  ];

  for (const [label, change, letIn] of spellings) {
    it(`${letIn ? 'is accepted' : 'is rejected'}: ${label}`, async () => {
      const user = await aUser(portal, tenant, { password: 'temporary' });
      assert.equal(await canSignIn(portal, user, change(user.clearPassword)), letIn);
    });
  }

  it('is the only kind accepted in its format: a chosen password of that format is rejected', async () => {
    const user = await aUser(portal, tenant, { clearPassword: 'ABCD-EFGH-JKLM-NPQR-STUV' });
    for (const typed of [user.clearPassword, user.clearPassword.toLowerCase()]) {
      assert.equal(await canSignIn(portal, user, typed), false, typed);
    }
  });
});

describe('an overlong password', async () => {
  const { hasher, lengths } = recordLengths(createHasher(weak));
  const portal = await openPortal({ hasher });
  const tenant = await aTenant(portal);
  const own = await aUser(portal, tenant);
  const temporary = await aUser(portal, tenant, { password: 'temporary' });

  for (const [label, typed, status] of [
    ['1 KiB plus one byte', 'x'.repeat(1_025), 422],
    ['1 KiB plus one byte in two-byte letters', 'é'.repeat(513), 422],
    ['64 KiB including the form', 'x'.repeat(65_000), 422],
    ['64 KiB plus one byte', 'x'.repeat(65_537), 413],
    ['1 MiB', 'x'.repeat(1_048_576), 413],
  ] as const) {
    it(`is rejected without the password itself being hashed: ${label}`, async () => {
      for (const { username } of [own, temporary, { username: 'nobody@nowhere.example' }]) {
        const person = await aPerson(portal, english).visit('/sign-in');
        await person.submit('Next', { 'User name': username });
        lengths.length = 0;
        assert.equal((await person.send('POST', '/sign-in/password', { password: typed })).status, status);
        assert.deepEqual(lengths, status === 413 ? [] : [0]);
      }
    });
  }

  it('is rejected quickly even if it consists of combining marks, which are slow to normalize', async () => {
    const origin = await portal.listen();
    const marks = `a${'\u0301'.repeat(16_000)}${'\u0316'.repeat(16_000)}`;
    for (const { username } of [own, temporary]) {
      const person = await aPerson(portal, english).visit('/sign-in');
      await person.submit('Next', { 'User name': username });
      const headers = { Cookie: person.cookies(), 'Content-Type': 'application/x-www-form-urlencoded' };
      const busy = process.cpuUsage();
      const body = `_csrf=${person.csrf}&password=${marks}`;
      assert.equal((await sendRaw(origin, '/sign-in/password', { method: 'POST', headers, body })).status, 422);
      assert.ok(process.cpuUsage(busy).user < 250_000);
    }
  });
});

describe('password hash parameters', async () => {
  const today = { memoryCost: 16, timeCost: 2, parallelism: 1 };
  const portal = await openPortal({ hasher: createHasher(today) });
  const tenant = await aTenant(portal);
  const hashOf = ({ id }: TestUser): Promise<string> => passwordHashOf(portal.database, id);

  async function aUserHashedBy(parameters: typeof today): Promise<TestUser> {
    const user = await aUser(portal, tenant);
    const hash = await createHasher(parameters).hash(user.clearPassword);
    await setPasswordHash(portal.database, user.id, hash);
    return user;
  }

  it('are upgraded at the next successful sign-in', async () => {
    const user = await aUserHashedBy(weak);
    assert.equal(await canSignIn(portal, user, 'not the password at all'), false);
    assert.match(await hashOf(user), /m=8,t=1,/);
    assert.equal(await canSignIn(portal, user, user.clearPassword), true);
    const rehashed = await hashOf(user);
    assert.match(rehashed, /m=16,t=2,/);
    assert.equal(await canSignIn(portal, user, user.clearPassword), true);
    assert.equal(await hashOf(user), rehashed);
  });

  it('are never downgraded', async () => {
    const user = await aUserHashedBy({ memoryCost: 32, timeCost: 3, parallelism: 1 });
    const before = await hashOf(user);
    assert.equal(await canSignIn(portal, user, user.clearPassword), true);
    assert.equal(await hashOf(user), before);
  });
});

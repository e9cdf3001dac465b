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

async function isLetIn(portal: Portal, { username }: TestUser, clearPassword: string): Promise<boolean> {
  const person = await aPerson(portal, english).signIn({ username, clearPassword });
  return person.status === 200 && ['/dashboard', '/change-password'].includes(person.path);
}

/** Notes the length of everything that is hashed. */
function watched(hasher: Hasher): { hasher: Hasher; lengths: number[] } {
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

describe('a password of one’s own', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal);
  const cases: [label: string, kept: string, typed: string, letIn: boolean][] = [
    ['as it was set', 'un été à la montagne', 'un été à la montagne', true],
    ['é composed, typed in two parts', 'un été à la montagne', 'un été à la montagne'.normalize('NFD'), true],
    ['é in two parts, typed composed', 'un été à la montagne'.normalize('NFD'), 'un été à la montagne', true],
    ['wide letters for plain ones', 'quatre pommes vertes', 'ｑｕａｔｒｅ pommes vertes', true],
    ['a space at its end', 'quatre pommes vertes ', 'quatre pommes vertes ', true],
    ['the space at its end left away', 'quatre pommes vertes ', 'quatre pommes vertes', false],
    ['a space put in front', 'quatre pommes vertes', ' quatre pommes vertes', false],
    ['another case', 'quatre pommes vertes', 'Quatre pommes vertes', false],
    ['e for é', 'un été à la montagne', 'un ete a la montagne', false],
    ['the last character altered', 'quatre pommes vertes', 'quatre pommes vertet', false],
    ['the last of 256 characters altered', `${'a'.repeat(255)}b`, `${'a'.repeat(255)}c`, false],
    ['a 257th character', 'a'.repeat(256), 'a'.repeat(257), false],
    ['anything too long, where nothing at all was hashed', '', 'x'.repeat(1_025), false],
    ['256 characters of four bytes', '🐙'.repeat(256), '🐙'.repeat(256), true],
    ['256 letters of which a Mac makes three', 'ế'.repeat(256), 'ế'.repeat(256).normalize('NFD'), true],
    ['256 syllables of which a Mac makes three', '각'.repeat(256), '각'.repeat(256).normalize('NFD'), true],
  ];

  for (const [label, clearPassword, typed, letIn] of cases) {
    it(`${letIn ? 'opens' : 'does not open'}: ${label}`, async () => {
      const user = await aUser(portal, tenant, { clearPassword });
      assert.equal(await isLetIn(portal, user, typed), letIn);
    });
  }
});

describe('a temporary password', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal);
  const spellings: [label: string, change: (clear: string) => string, letIn: boolean][] = [
    ['as it was shown', (clear) => clear, true],
    ['in small letters', (clear) => clear.toLowerCase(), true],
    ['without hyphens', (clear) => clear.replaceAll('-', ''), true],
    ['in small letters without hyphens', (clear) => clear.toLowerCase().replaceAll('-', ''), true],
    ['with spaces', (clear) => ` ${clear.replaceAll('-', ' ')} `, true],
    ['with the dashes of a word processor', (clear) => clear.replaceAll('-', '–'), true],
    [
      'in wide letters',
      (clear) =>
        [...clear].map((each) => (each === '-' ? each : String.fromCodePoint(each.codePointAt(0)! + 0xfee0))).join(''),
      true,
    ],
    ['its last character altered', (clear) => clear.slice(0, -1) + (clear.endsWith('A') ? 'B' : 'A'), false],
    ['its last character left away', (clear) => clear.slice(0, -1), false],
    ['a character more', (clear) => `${clear}A`, false],
    ['its groups in another order', (clear) => clear.split('-').reverse().join('-'), false],
  ];

  for (const [label, change, letIn] of spellings) {
    it(`${letIn ? 'opens' : 'does not open'} the page that replaces it: ${label}`, async () => {
      const user = await aUser(portal, tenant, { password: 'temporary' });
      assert.equal(await isLetIn(portal, user, change(user.clearPassword)), letIn);
    });
  }

  it('is the only kind that its form opens: an own password of that form does not sign in', async () => {
    const user = await aUser(portal, tenant, { clearPassword: 'ABCD-EFGH-JKLM-NPQR-STUV' });
    for (const typed of [user.clearPassword, user.clearPassword.toLowerCase()]) {
      assert.equal(await isLetIn(portal, user, typed), false, typed);
    }
  });
});

describe('a password that is too long for anybody', async () => {
  const { hasher, lengths } = watched(await createHasher(weak));
  const portal = await openPortal({ hasher });
  const tenant = await aTenant(portal);
  const own = await aUser(portal, tenant);
  const temporary = await aUser(portal, tenant, { password: 'temporary' });

  for (const [label, typed, status] of [
    ['1 KiB and one byte', 'x'.repeat(1_025), 422],
    ['1 KiB and one byte in letters of two', 'é'.repeat(513), 422],
    ['64 KiB with the form around it', 'x'.repeat(65_000), 422],
    ['64 KiB and one byte', 'x'.repeat(65_537), 413],
    ['1 MiB', 'x'.repeat(1_048_576), 413],
  ] as const) {
    it(`is refused and never hashed: ${label}`, async () => {
      for (const { username } of [own, temporary, { username: 'nobody@nowhere.example' }]) {
        const person = await aPerson(portal, english).visit('/sign-in');
        await person.submit('Next', { 'User name': username });
        lengths.length = 0;
        assert.equal((await person.send('POST', '/sign-in/password', { password: typed })).status, status);
        assert.deepEqual(lengths, status === 413 ? [] : [0]);
      }
    });
  }

  it('is refused in the blink of an eye, though made of marks that are slow to sort', async () => {
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

describe('the parameters of a hash', async () => {
  const today = { memoryCost: 16, timeCost: 2, parallelism: 1 };
  const portal = await openPortal({ hasher: await createHasher(today) });
  const tenant = await aTenant(portal);
  const hashOf = ({ id }: TestUser): Promise<string> => passwordHashOf(portal.database, id);

  async function aUserHashedBy(parameters: typeof today): Promise<TestUser> {
    const user = await aUser(portal, tenant);
    const hash = await (await createHasher(parameters)).hash(user.clearPassword);
    await setPasswordHash(portal.database, user.id, hash);
    return user;
  }

  it('rise at the next sign-in, and the password stays', async () => {
    const user = await aUserHashedBy(weak);
    assert.equal(await isLetIn(portal, user, 'not the password at all'), false);
    assert.match(await hashOf(user), /m=8,t=1,/);
    assert.equal(await isLetIn(portal, user, user.clearPassword), true);
    const risen = await hashOf(user);
    assert.match(risen, /m=16,t=2,/);
    assert.equal(await isLetIn(portal, user, user.clearPassword), true);
    assert.equal(await hashOf(user), risen);
  });

  it('never fall', async () => {
    const user = await aUserHashedBy({ memoryCost: 32, timeCost: 3, parallelism: 1 });
    const before = await hashOf(user);
    assert.equal(await isLetIn(portal, user, user.clearPassword), true);
    assert.equal(await hashOf(user), before);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };

/** Random-looking lowercase letters, the same on every run. */
function letters(length: number): string {
  const seeds = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${index}`).digest(),
  );
  return [...Buffer.concat(seeds)]
    .map((byte) => String.fromCharCode(97 + (byte % 26)))
    .slice(0, length)
    .join('');
}

const animals = Array.from('🐙🦑🐠🐡🦈🐬🐳🐋🦭🐊🦎🐍🐢🦕🦖🐲');

const portal = await openPortal({ withAllWords: true });
const tenant = await aTenant(portal, { name: 'Ateliers Lumière', domain: 'ateliers-lumiere.example', language: 'en' });
let count = 0;

async function pending(): Promise<{ user: TestUser; person: Person }> {
  const overrides = {
    displayName: 'Hélène Besson',
    username: `helene.besson+${++count}@${tenant.domain}`,
    password: 'temporary',
  } as const;
  const user = await aUser(portal, tenant, overrides);
  return { user, person: await aPerson(portal, english).signIn(user) };
}

async function choose(person: Person, chosen: string, confirmed = chosen): Promise<Person> {
  return person.submit('Change password', { 'New password': chosen, 'Confirm new password': confirmed });
}

const rowOf = ({ id }: TestUser) =>
  portal.database.knex('users').where({ id }).first() as Promise<{ password: string }>;

describe('choosing a valid password', () => {
  const taken: [label: string, chosen: string][] = [
    ['with 15 characters', letters(15)],
    ['with 64 characters', letters(64)],
    ['with 256 characters', letters(256)],
    ['with 256 characters of two UTF-16 code units each', animals.join('').repeat(16)],
    ['with 15 emoji', animals.slice(0, 15).join('')],
    ['with only lowercase letters', 'quatorze moutons verts'],
    ['with spaces at both ends', `  ${letters(13)}  `],
    ['in Greek', 'τέσσερα πράσινα πρόβατα'],
    ['in Chinese', '四只绿色的羊在山坡上慢慢地吃着青草'],
    ['with characters that are special in markup and templates', `'"><b>{{7*7}}%s\\;--$t(x)`],
  ];

  for (const [label, chosen] of taken) {
    it(`accepts a password ${label}, with which the user can sign in`, async () => {
      const { user, person } = await pending();
      await choose(person, chosen);
      assert.equal(person.path, '/dashboard');
      person.sees('Your password was changed.');
      assert.equal((await rowOf(user)).password, 'own');
      assert.equal((await aPerson(portal, english).signIn({ ...user, clearPassword: chosen })).path, '/dashboard');
    });
  }
});

describe('choosing an invalid password', () => {
  const tooShort = 'Use at least 15 characters';
  const tooLong = 'no more than 256 characters';
  const easy = 'The password is too easy to guess';
  const name = 'too similar to your name, your organization’s name';
  const form = 'The password can’t have the format of a temporary password (20 letters or digits).';
  const refused: [label: string, chosen: string, because: string][] = [
    ['if it is missing', '', 'Enter a new password.'],
    ['with 14 characters', letters(14), tooShort],
    ['with 14 emoji of two UTF-16 code units each', animals.slice(0, 14).join(''), tooShort],
    ['with 8 letters in decomposed form', 'éàüöîûñç'.normalize('NFD'), tooShort],
    ['with 257 characters', letters(257), tooLong],
    ['with 1 KiB plus one byte', letters(1_025), tooLong],
    ['with almost 32 KiB', letters(32_000), tooLong],
    ['with ligatures that normalize to many letters', 'ﷺ'.repeat(200), tooLong],
    ['with one repeated character', 'a'.repeat(256), easy],
    ['with only spaces', ' '.repeat(15), easy],
    ['if it follows the keyboard layout', 'qwertyuiopasdfgh', easy],
    ['if it follows the French keyboard layout', 'azertyuiopqsdfgh', easy],
    ['if it follows the alphabet', 'abcdefghijklmnop', easy],
    ['with consecutive digits', '1234567890123456', easy],
    ['if it is a common password', 'iloveyouiloveyou', easy],
    ['if it is a common password in leetspeak', 'P@ssw0rd12345678', easy],
    ['if it is a common German password', 'passwortpasswort', easy],
    ['if it is a common French password', 'motdepassemotdepasse', easy],
    ['if it is a season and a year', 'Winter2025!!!!!', easy],
    ['if it consists of two common words', 'strawberry butterfly', easy],
    ['if it is a common password in full-width letters', 'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ', easy],
    ["if it is the user's name", 'Hélène Besson 2026', name],
    ["if it is the user's name without accents", 'helene besson 2026', name],
    ["if it is the user's name twice", 'HélènebessonHélènebesson', name],
    ["if it is the organization's name", 'Ateliers Lumière', name],
    ["if it is the organization's name without accents", 'ateliers lumiere 1', name],
    ["if it is the organization's domain", 'ateliers-lumiere.example', name],
    ["if it is the product's name", 'Parvis Parvis Parvis', name],
    ['in the format of a temporary password', 'ABCD-EFGH-JKLM-NPQR-STUV', form],
    ['if it is a phrase in that format', 'warm green bears dart by', form],
  ];

  for (const [label, chosen, because] of refused) {
    it(`rejects a password ${label}, with an explanation`, async () => {
      const { user, person } = await pending();
      const before = await rowOf(user);
      await choose(person, chosen);
      assert.equal(person.status, 422);
      person.sees(because);
      assert.equal(person.$('#newPassword').attr('aria-invalid'), 'true');
      assert.ok(
        person
          .$('input[type=password]')
          .toArray()
          .every((field) => person.$(field).attr('value') === undefined),
      );
      assert.deepEqual(await rowOf(user), before);
      assert.equal((await person.visit('/dashboard')).path, '/change-password');
    });
  }

  it('rejects a password equal to the user name', async () => {
    const { user, person } = await pending();
    person.sees('Choose a new password');
    await choose(person, user.username);
    person.sees(name);
  });

  it('rejects a password whose confirmation differs', async () => {
    for (const confirmed of ['', `${goodPassword} `, goodPassword.toUpperCase(), letters(60_000)]) {
      const { user, person } = await pending();
      await choose(person, goodPassword, confirmed);
      assert.equal(person.status, 422);
      person.sees('The passwords don’t match.');
      assert.equal((await rowOf(user)).password, 'temporary');
    }
  });

  it('rejects the temporary password in any spelling', async () => {
    const { user, person } = await pending();
    const clear = user.clearPassword;
    for (const spelled of [
      clear,
      clear.toLowerCase(),
      clear.replaceAll('-', ' '),
      ` ${clear} `,
      clear.replaceAll('-', ''),
    ]) {
      await choose(person, spelled);
      assert.equal(person.status, 422, spelled);
      person.sees(form);
    }
    assert.equal((await rowOf(user)).password, 'temporary');
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };

/** Lower-case letters without a pattern, the same ones each time. */
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

const portal = await openPortal();
const tenant = await aTenant(portal, { name: 'Ateliers Lumière', domain: 'ateliers-lumiere.example', language: 'en' });
let count = 0;

async function pending(): Promise<{ user: TestUser; person: Person }> {
  const wishes = {
    displayName: 'Hélène Besson',
    username: `helene.besson+${++count}@${tenant.domain}`,
    password: 'temporary',
  } as const;
  const user = await aUser(portal, tenant, wishes);
  return { user, person: await aPerson(portal, english).signIn(user) };
}

async function choose(person: Person, chosen: string, confirmed = chosen): Promise<Person> {
  return person.submit('Change password', { 'New password': chosen, 'Confirm new password': confirmed });
}

const rowOf = ({ id }: TestUser) =>
  portal.database.knex('users').where({ id }).first() as Promise<{ password: string }>;

describe('a new password is taken', () => {
  const taken: [label: string, chosen: string][] = [
    ['of 15 characters', letters(15)],
    ['of 64 characters', letters(64)],
    ['of 256 characters', letters(256)],
    ['of 256 characters of two code units', animals.join('').repeat(16)],
    ['of 15 pictures', animals.slice(0, 15).join('')],
    ['in small letters only', 'quatorze moutons verts'],
    ['with spaces at both ends', `  ${letters(13)}  `],
    ['in Greek', 'τέσσερα πράσινα πρόβατα'],
    ['in Chinese', '四只绿色的羊在山坡上慢慢地吃着青草'],
    ['with marks that mean something elsewhere', `'"><b>{{7*7}}%s\\;--$t(x)`],
  ];

  for (const [label, chosen] of taken) {
    it(`${label}, and signs in from then on`, async () => {
      const { user, person } = await pending();
      await choose(person, chosen);
      assert.equal(person.path, '/dashboard');
      person.sees('Your password was changed.');
      assert.equal((await rowOf(user)).password, 'own');
      assert.equal((await aPerson(portal, english).signIn({ ...user, clearPassword: chosen })).path, '/dashboard');
    });
  }
});

describe('a new password is refused', () => {
  const tooShort = 'Use at least 15 characters';
  const tooLong = 'no more than 256 characters';
  const easy = 'The password is too easy to guess';
  const name = 'too similar to a name';
  const form = 'The password can’t have the format of a temporary password (20 letters or digits).';
  const refused: [label: string, chosen: string, because: string][] = [
    ['that is missing', '', 'Enter a new password.'],
    ['of 14 characters', letters(14), tooShort],
    ['of 14 pictures, each two code units', animals.slice(0, 14).join(''), tooShort],
    ['of 8 letters typed in two parts each', 'éàüöîûñç'.normalize('NFD'), tooShort],
    ['of 257 characters', letters(257), tooLong],
    ['of 1 KiB and one byte', letters(1_025), tooLong],
    ['of nearly 32 KiB, twice', letters(32_000), tooLong],
    ['of one ligature that stands for many letters', 'ﷺ'.repeat(200), tooLong],
    ['of one character over and over', 'a'.repeat(256), easy],
    ['of spaces', ' '.repeat(15), easy],
    ['in the order of the keys', 'qwertyuiopasdfgh', easy],
    ['in the order of French keys', 'azertyuiopqsdfgh', easy],
    ['in the order of the letters', 'abcdefghijklmnop', easy],
    ['of digits in order', '1234567890123456', easy],
    ['that many have', 'iloveyouiloveyou', easy],
    ['that many have, in leet', 'P@ssw0rd12345678', easy],
    ['that many Germans have', 'passwortpasswort', easy],
    ['that many French have', 'motdepassemotdepasse', easy],
    ['of a season and a year', 'Winter2025!!!!!', easy],
    ['that is common, in wide letters', 'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ', easy],
    ['that is the own name', 'Hélène Besson 2026', name],
    ['that is the own name without accents', 'helene besson 2026', name],
    ['that is the own name twice', 'HélènebessonHélènebesson', name],
    ['that is the tenant’s name', 'Ateliers Lumière', name],
    ['that is the tenant’s name without accents', 'ateliers lumiere 1', name],
    ['that is the tenant’s domain', 'ateliers-lumiere.example', name],
    ['that is the product’s name', 'Parvis Parvis Parvis', name],
    ['in the form of a temporary one', 'ABCD-EFGH-JKLM-NPQR-STUV', form],
    ['that is a phrase in that form', 'warm green bears dart by', form],
  ];

  for (const [label, chosen, because] of refused) {
    it(`${label}, in words, and nothing has changed`, async () => {
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

  it('that is the own user name', async () => {
    const { user, person } = await pending();
    person.sees('Choose a new password');
    await choose(person, user.username);
    person.sees(name);
  });

  it('that is not confirmed', async () => {
    for (const confirmed of ['', `${goodPassword} `, goodPassword.toUpperCase(), letters(60_000)]) {
      const { user, person } = await pending();
      await choose(person, goodPassword, confirmed);
      assert.equal(person.status, 422);
      person.sees('The passwords don’t match.');
      assert.equal((await rowOf(user)).password, 'temporary');
    }
  });

  it('that is the temporary one, in every spelling', async () => {
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as argon2 from '@node-rs/argon2';
import { createHasher } from '../../src/platform/keys/hasher.ts';
import { translator } from '../support/translator.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { anAddress, aTemporaryPassword, onPasswordPage, behindProxy, statusesOf } from '../support/password-attacks.ts';
import { normalizedResponse } from '../support/responses.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { passwordHashOf, setPasswordHash } from '../support/credentials.ts';

const parameters = { memoryCost: 16, timeCost: 2, parallelism: 1 };
const unknown = { username: 'nobody@nowhere.example', clearPassword: aTemporaryPassword() };

/** A hasher that records the hash of every verification. */
function watchedHasher() {
  const tags: string[] = [];
  const hasher = createHasher(parameters, {
    hash: argon2.hash,
    verify: (tag, password) => {
      tags.push(String(tag));
      return argon2.verify(tag, password);
    },
  });
  return { hasher, tags };
}

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`a rejected sign-in, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const { hasher, tags } = watchedHasher();
    const portal = await openPortal({ ...behindProxy, hasher, ...(server?.url ? { databaseUrl: server.url } : {}) });
    const { knex } = portal.database;
    const tenant = await aTenant(portal, { language: 'en' });
    const suspended = await aTenant(portal, { language: 'en' });
    await tenantsStore.setState(portal.database, suspended.id, 'suspended');

    const temporary = { password: 'temporary' } as const;
    const imported = await aUser(portal, tenant, temporary);
    const light = await hasher.hashRandom(imported.clearPassword);
    await setPasswordHash(portal.database, imported.id, light);
    const users: Readonly<Record<string, Pick<TestUser, 'username' | 'clearPassword'>>> = {
      'an unknown name': unknown,
      'a chosen password': await aUser(portal, tenant),
      'a chosen password in the format of a temporary one': await aUser(portal, tenant, {
        clearPassword: aTemporaryPassword(),
      }),
      'a temporary password': await aUser(portal, tenant, temporary),
      'a temporary password from an import': imported,
      'an expired temporary password': await aUser(portal, tenant, { ...temporary, temporaryUntil: 0 }),
      'a blocked user': await aUser(portal, tenant, { ...temporary, state: 'blocked' }),
      'a suspended tenant': await aUser(portal, suspended, temporary),
    };

    const hashOf = async (username: string): Promise<string> => {
      const { id } = await knex('users').where({ username }).first<{ id: string }>('id');
      return passwordHashOf(portal.database, id);
    };

    /** The response to one attempt, with the resulting verifications, log entries and counters. */
    async function attemptOf(username: string, password: string): Promise<object> {
      const person = await onPasswordPage(portal, anAddress(), username);
      await knex('throttles').delete();
      await knex('activity').delete();
      tags.length = 0;
      const answer = await person.send('POST', '/sign-in/password', { password });
      const counts = await knex('throttles').orderBy('key').select('key', 'points');
      return {
        answer: normalizedResponse(answer, username),
        verifications: tags.map((tag) => (tag.includes('$m=16,t=2,') ? 'full' : 'light')).sort(),
        records: (await knex('activity').select('kind')).map(({ kind }: { kind: string }) => kind),
        counts: counts.map(({ key, points }) => [String(key).split(':')[0], Number(points)]),
      };
    }

    for (const [form, password, counted] of [
      ['in the format of a temporary password', aTemporaryPassword(), ['recordAddress', 'recordName', 'temporary']],
      ['in any other format', 'some other wrong password', ['account', 'address', 'pair', 'recordOwn', 'row']],
    ] as const) {
      it(`has the same response and cost for every user with a password ${form}`, async () => {
        const expected = await attemptOf(unknown.username, password);
        const { counts, verifications } = expected as { counts: [string, number][]; verifications: string[] };
        assert.deepEqual(verifications, ['full', 'light']);
        assert.deepEqual(
          counts,
          counted.map((name) => [name, 1]),
        );
        for (const [who, { username }] of Object.entries(users)) {
          assert.deepEqual(await attemptOf(username, password), expected, who);
        }
      });
    }

    it('has the same response and cost for a correct password that is not accepted', async () => {
      const expected = await attemptOf(unknown.username, unknown.clearPassword);
      for (const who of [
        'a chosen password in the format of a temporary one',
        'an expired temporary password',
        'a blocked user',
        'a suspended tenant',
      ]) {
        const { username, clearPassword } = users[who]!;
        assert.deepEqual(await attemptOf(username, clearPassword), expected, who);
      }
    });

    it('compares input that looks like a temporary password only with temporary passwords, and other input only with chosen ones', async () => {
      for (const who of ['a chosen password', 'a chosen password in the format of a temporary one']) {
        const { username, clearPassword } = users[who]!;
        const hash = await hashOf(username);
        await attemptOf(username, aTemporaryPassword());
        assert.ok(!tags.includes(hash), who);
        await attemptOf(username, `${clearPassword} and more`);
        assert.ok(tags.includes(hash), who);
      }
      const { username } = users['a temporary password']!;
      const hash = await hashOf(username);
      await attemptOf(username, 'some other wrong password');
      assert.ok(!tags.includes(hash));
      await attemptOf(username, aTemporaryPassword());
      assert.ok(tags.includes(hash));
    });

    it('does not affect valid sign-ins', async () => {
      for (const who of ['a chosen password', 'a temporary password', 'a temporary password from an import']) {
        const { username, clearPassword } = users[who]!;
        const person = await onPasswordPage(portal, anAddress(), username);
        assert.deepEqual(await statusesOf(person, [clearPassword]), [303], who);
      }
    });
  });
}

describe('a block after wrong passwords', async () => {
  const portal = await openPortal(behindProxy);
  const zoe = await aUser(portal, await aTenant(portal), { clearPassword: goodPassword });

  for (const language of ['en', 'fr', 'de'] as const) {
    const { t } = translator(language);

    it(`explains in ${language} that a temporary password still works, unless such passwords are blocked too`, async () => {
      const address = anAddress();
      const headers = { 'Accept-Language': language, 'X-Forwarded-For': address };
      const person = await aPerson(portal, headers).visit('/sign-in');
      await person.submit(t('common:terms.next'), { [t('common:terms.username')]: zoe.username });
      person.sees(t('sign-in:password.hint'));
      const password = async (clear: string) =>
        person.submit(t('common:terms.signIn'), { [t('common:terms.password')]: clear });
      for (let each = 0; each < 6; each++) await password('a wrong password');
      assert.equal(person.status, 429);
      person.sees(t('sign-in:password.pausedHint')).doesNotSee(t('sign-in:password.hint'));
      await portal.database.knex('throttles').delete();
      await statusesOf(person, Array.from({ length: 250 }, aTemporaryPassword));
      await password(aTemporaryPassword());
      assert.equal(person.status, 429);
      person.sees(t('sign-in:password.hint')).doesNotSee(t('sign-in:password.pausedHint'));
    });
  }
});

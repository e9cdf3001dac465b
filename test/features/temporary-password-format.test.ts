import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { issueSetupToken } from '../../src/core/accounts/tenants/setup-token.ts';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { aTenantWithHandover, openLink, resetByLink } from '../support/links.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aTemporaryPassword } from '../support/password-attacks.ts';
import { userRowOf } from '../support/credentials.ts';

const messages = {
  en: 'The password can’t have the format of a temporary password (20 letters or digits).',
  fr: 'Le mot de passe ne peut pas avoir le format d’un mot de passe temporaire (20 lettres ou chiffres).',
  de: 'Das Kennwort darf nicht das Format eines temporären Kennworts haben (20 Buchstaben oder Ziffern).',
} as const;
const languages = ['en', 'fr', 'de'] as const;
const spellings = (typed: string): string[] => [typed, typed.toLowerCase(), typed.replaceAll('-', ' ')];
const fieldsOf = (newPassword: string) => ({ newPassword, confirmPassword: newPassword });

describe('a password in the format of a temporary password', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const hashOf = async (id: string): Promise<unknown> => {
    const { password, password_hash: hash } = await userRowOf(portal.database, id);
    return { password, hash };
  };

  async function isRefused(person: Person, path: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const typed of spellings(aTemporaryPassword())) {
      for (const language of languages) {
        await person.send('POST', '/language', { language, returnTo: path });
        const answer = await person.send('POST', path, { ...fieldsOf(typed), ...more });
        assert.equal(answer.status, 422);
        assert.ok(answer.text.includes(messages[language]), `${language}: ${typed}`);
      }
    }
  }

  it('is rejected when replacing a temporary password', async () => {
    const zoe = await aUser(portal, tenant, { password: 'temporary' });
    const before = await hashOf(zoe.id);
    await isRefused(await aPerson(portal, { 'Accept-Language': 'en' }).signIn(zoe), '/change-password');
    assert.deepEqual(await hashOf(zoe.id), before);
  });

  it("is rejected when changing one's own password", async () => {
    const zoe = await aUser(portal, tenant);
    const before = await hashOf(zoe.id);
    const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(zoe);
    await isRefused(person, '/my-profile/password', { currentPassword: goodPassword });
    assert.deepEqual(await hashOf(zoe.id), before);
  });

  it('is rejected after a one-time link', async () => {
    const { tenant: linkTenant, admin } = await aTenantWithHandover(portal, 'link');
    const zoe = await aUser(portal, linkTenant);
    const link = await resetByLink(admin, zoe);
    const before = await hashOf(zoe.id);
    await isRefused(await openLink(portal, link), '/change-password');
    assert.deepEqual(await hashOf(zoe.id), before);
  });

  it('is rejected when setting up the first organization', async () => {
    const empty = await openPortal();
    const path = `/set-up/${String(await issueSetupToken(empty.database))}`;
    const person = await aPerson(empty, { 'Accept-Language': 'en' }).visit(path);
    await isRefused(person, path, {
      ...{ tenantName: 'Ateliers Lumière', domain: 'ateliers.example', language: 'fr' },
      ...{ adminName: 'Camille Laurent', username: 'camille@ateliers.example' },
    });
    assert.equal((await empty.database.knex('tenants').select()).length, 0);
  });
});

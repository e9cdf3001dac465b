import { aTenant, aUser } from './builders.ts';
import { uploadForCheck } from './imports.ts';
import { aPerson, type Person } from './person.ts';
import { openPortal } from './portal.ts';

/** Opens a portal with an English administrator of essai.example who checks files before importing them. */
export async function openImportChecks() {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { domain: 'essai.example', language: 'en' });
  const admin = await aUser(portal, tenant, { administratorLevel: 'global', displayName: 'Camille Laurent' });
  const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(admin);
  async function upload(content: Buffer | string, name?: string): Promise<Person> {
    // The tests check more files than the throttle allows.
    await portal.database.knex('throttles').delete();
    return uploadForCheck(person, content, name);
  }
  return { portal, tenant, person, upload };
}

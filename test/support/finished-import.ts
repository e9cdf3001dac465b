import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import { plannedAddition } from './import-scenarios.ts';
import { aStagedImport, importPath } from './imports.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';

/** The number of users that the import adds. */
export const people = 7;

export interface FinishedImport {
  readonly tenant: TestTenant;
  readonly camille: TestUser;
  readonly admin: Person;
  readonly address: string;
}

/**
 * Runs an import of seven users, and opens its page as its administrator, in English.
 * @param app the app to which the requests are sent, by default that of the portal
 */
export async function finishedImport(portal: Portal, app = portal.app): Promise<FinishedImport> {
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const rows = Array.from({ length: people }, (_, index) => plannedAddition(tenant, index));
  const address = `${importPath}/${await aStagedImport(portal, tenant, camille, rows)}`;
  const admin = await (await aPerson({ app }, { 'Accept-Language': 'en' }).signIn(camille)).visit(address);
  await admin.submit(`Import all ${people} rows`);
  await portal.background.runAll();
  await admin.visit(address);
  return { tenant, camille, admin, address };
}

/** @returns the passwords in a downloaded file, by user name */
export function passwordsIn(file: string): Map<string, string> {
  const rows = [...file.matchAll(/^([^,\s]+),[^,]+,([A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}),/gm)];
  return new Map(rows.map(([, username = '', password = '']) => [username, password]));
}

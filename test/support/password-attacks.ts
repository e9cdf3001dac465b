import { temporaryPassword, temporaryPasswordBytes } from '../../src/domain/people/password.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';

/** Settings that let each client choose its IP address, because the portal trusts a proxy header. */
export const behindProxy = { environment: { TRUST_PROXY: '1' } };

let lastAddress = 0;

/** @returns an IP address that no other client in this file uses */
export const anAddress = (): string => `198.51.${100 + Math.floor(++lastAddress / 250)}.${1 + (lastAddress % 250)}`;

/** @returns a random string in the format of a temporary password */
export const aTemporaryPassword = (): string =>
  temporaryPassword(crypto.getRandomValues(new Uint8Array(temporaryPasswordBytes)));

/** Opens the password page for this user name as a visitor with this address. */
export async function onPasswordPage(portal: Portal, address: string, username: string): Promise<Person> {
  const person = await aPerson(portal, { 'Accept-Language': 'en', 'X-Forwarded-For': address }).visit('/sign-in');
  return person.submit('Next', { 'User name': username });
}

/** Submits the passwords one after the other. @returns the status of each response */
export async function statusesOf(person: Person, passwords: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const password of passwords) {
    statuses.push((await person.send('POST', '/sign-in/password', { password })).status);
  }
  return statuses;
}

/**
 * Submits 60 wrong passwords for one user name, five from each of twelve addresses.
 * @returns the status of each response
 */
export async function attackUsername(portal: Portal, username: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let each = 0; each < 12; each++) {
    const wrong = Array.from({ length: 5 }, (_, index) => `wrong password number ${index}`);
    statuses.push(...(await statusesOf(await onPasswordPage(portal, anAddress(), username), wrong)));
  }
  return statuses;
}

/** Submits four wrong passwords for each of 26 user names from one address. @returns the status of each response */
export async function attackFromAddress(portal: Portal, address: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let each = 0; each < 26; each++) {
    const wrong = Array.from({ length: 4 }, (_, index) => `wrong password number ${index}`);
    statuses.push(...(await statusesOf(await onPasswordPage(portal, address, `name-${each}@nowhere.example`), wrong)));
  }
  return statuses;
}

export const countOf = (statuses: readonly number[], status: number): number =>
  statuses.filter((each) => each === status).length;

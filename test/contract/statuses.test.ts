import { test } from 'node:test';
import { aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortalWithUsers } from '../web/portal-with-users.ts';
import { assertContract } from './contract.ts';

const english = { 'Accept-Language': 'en' };
const { portal, tenant, addressOf, send, global, userManager, plainUser } = await openPortalWithUsers();
const changing = await aUser(portal, tenant, { displayName: 'Lena Vogt', password: 'temporary', language: 'en' });

const people: readonly [who: string, person: Person][] = [
  ['anonymous', await aPerson(portal, english).visit('/sign-in')],
  ['pending change', await aPerson(portal, english).signIn(changing)],
  ['plain user', await aPerson(portal, english).signIn(plainUser)],
  ['user management admin', await aPerson(portal, english).signIn(userManager)],
  ['global admin', await aPerson(portal, english).signIn(global)],
];

const unguarded = ['/healthz', '/readyz', '/no-such-address'];
const ids = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

test('the status of every GET path for every kind of user matches statuses.txt', async () => {
  const pages = portal.routes.filter(({ method }) => method === 'get');
  const addresses = [
    ...pages.map((route) => [route.path, addressOf(route)] as const),
    ...unguarded.map((path) => [path, path] as const),
  ];
  const lines: string[] = [];
  for (const [path, address] of addresses)
    for (const [who, person] of people) {
      const { status, headers } = await send({ method: 'GET', path: address, person });
      const target = headers.location === undefined ? '' : ` ${headers.location.replaceAll(ids, ':id')}`;
      lines.push(`${path}  ${who}  ${status}${target}`);
    }
  assertContract('statuses.txt', lines.sort());
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '../../src/site/http/routing.ts';
import { fillPath, paths, userPath } from '../../src/site/http/paths.ts';
import { aUser, type TestUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { aSecondFactorUser, english } from '../support/second-factor.ts';
import { openPortalWithUsers } from '../web/portal-with-users.ts';
import { assertContract } from './contract.ts';

const { portal, tenant, addressOf, global } = await openPortalWithUsers();
const posts = portal.routes.filter((route) => route.method === 'post');

test('the fields that each form keeps, and how it detects changes by other users, match forms.txt', () => {
  const lines = posts.flatMap(({ path, form }) => [
    `${path}  page  ${form.page === undefined ? path : (form.page ?? 'none')}`,
    `${path}  keeps  ${form.keeps.length === 0 ? 'nothing' : form.keeps.join(' ')}`,
    'comparedBy' in form.changes
      ? `${path}  compared by  ${form.changes.comparedBy.join(' ')}`
      : `${path}  not compared  ${form.changes.notNeeded}`,
  ]);
  assertContract('forms.txt', lines.sort());
});

test('a form without a declaration, or without a reason for not comparing, does not compile', () => {
  const handle = (): void => {};
  // @ts-expect-error -- the missing declaration is what this test checks
  const silent: Route = { method: 'post', path: '/silent', access: 'anyone', handle };
  // @ts-expect-error -- a form must say how it detects changes
  const incomplete: Route = { method: 'post', path: '/', access: 'anyone', form: { keeps: [] }, handle };
  assert.ok(silent !== incomplete);
});

/** @returns the forms on the pages of the portal, as users with different permissions see them */
async function formsOnPages() {
  const add = (overrides: Partial<TestUser>) => aUser(portal, tenant, { language: 'en', ...overrides });
  const blocked = await add({ displayName: 'Mia Funk', state: 'blocked' });
  const second = await add({ displayName: 'Nora Second', administratorLevel: 'global' });
  const pending = await add({ displayName: 'Lena Vogt', password: 'temporary' });
  const { user: withFactor, person: factorOwner } = await aSecondFactorUser(
    portal,
    await add({ displayName: 'Ada Berg' }),
  );
  const pages = portal.routes.filter(({ method, path }) => method === 'get' && !/export|[.]json|[.]csv/.test(path));
  const addresses = [
    ...pages.map(addressOf),
    userPath(blocked.id),
    fillPath(paths.removeSecondFactor, { userId: withFactor.id }),
    `${paths.bulkUsers}?action=reset&user=${withFactor.id}`,
  ];
  const visitor = aPerson(portal, english);
  const people = [
    await aPerson(portal, english).signIn(global),
    await aPerson(portal, english).signIn(second),
    await aPerson(portal, english).signIn(pending),
    await aPerson(portal, english).signIn(withFactor),
    factorOwner,
    await (await visitor.visit(paths.signIn)).submit('Next', { 'User name': global.username }),
  ];
  const forms: { action: string; names: string[]; secrets: string[] }[] = [];
  for (const person of people)
    for (const address of addresses) {
      await person.visit(address);
      person.$('form[method=post]').each((_, element) => {
        const form = person.$(element);
        const named = (selector: string) =>
          form
            .find(selector)
            .toArray()
            .map((field) => person.$(field).attr('name') ?? '');
        forms.push({
          action: form.attr('action') ?? person.path,
          names: named('[name]'),
          secrets: named(secretFields),
        });
      });
    }
  return forms;
}

const secretFields = [
  ...['input[type=password]', 'input[autocomplete=one-time-code]', 'input[type=file]', 'input[name=recoveryCode]'],
].join(',');

const matching = (route: Route): RegExp => new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`);
const routeOf = (action: string): Route | undefined =>
  posts
    .toSorted((one, other) => Number(one.path.includes(':')) - Number(other.path.includes(':')))
    .find((route) => matching(route).test(action));

test('forms on pages contain their owner and the fields that detect changes by other users, and keep no secrets', async () => {
  const forms = await formsOnPages();
  const kept = new Set(posts.flatMap(({ form }) => form.keeps));
  const shown = new Set<string>();
  const secrets = new Set<string>();
  for (const { action, names, secrets: own } of forms) {
    const route = routeOf(action);
    assert.ok(route?.method === 'post', `${action} has no route`);
    shown.add(route.path);
    own.forEach((name) => secrets.add(name));
    const { changes } = route.form;
    if ('comparedBy' in changes)
      for (const name of changes.comparedBy)
        assert.ok(names.includes(name), `${route.path}: the form has no field ${name}`);
    if (route.access !== 'anyone') assert.ok(names.includes('_owner'), `${route.path} does not carry its owner`);
  }
  for (const name of ['password', 'newPassword', 'confirmPassword', 'currentPassword', 'code', 'file'])
    assert.ok(secrets.has(name), `no page with the secret ${name} was seen`);
  for (const name of [...secrets, '_csrf', '_owner', '_draft', '_carried']) assert.ok(!kept.has(name), name);
  const compared = posts.filter(({ form }) => 'comparedBy' in form.changes).map(({ path }) => path);
  assert.deepEqual(
    compared.filter((path) => !shown.has(path)),
    [],
    'forms that no page showed',
  );
});

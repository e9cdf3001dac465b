import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { dataDirectory, json, serve } from '../cli/command.ts';
import { aPerson, type Person } from '../support/person.ts';
import { english } from '../support/second-factor.ts';

const germany = { REGION: 'germany', DATA_DIR: dataDirectory(), LOG_LEVEL: 'silent' };
const historical = { ...germany, REGION_RULES: 'rules/germany-historical.json' };
const chosen = 'seven quiet otters nap';

interface Added {
  readonly tenantId: string;
  readonly userId: string;
  readonly username: string;
  readonly temporaryPassword: string;
}

const add = (what: string, options: Readonly<Record<string, string>>): Promise<Added> => {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return json<Added>([what, 'add', ...args], germany);
};

/** Starts the region, runs `notePage` as a visitor, and stops it. */
async function served<T>(settings: typeof germany, notePage: (person: Person) => Promise<T>): Promise<T> {
  const { child, origin, ended } = await serve(settings);
  const observed = await notePage(aPerson({ app: origin }, english));
  child.kill('SIGTERM');
  await ended;
  return observed;
}

test('the edition of a region’s rules can be switched back and forth by one setting and a restart', async () => {
  const names = { 'admin-name': 'Annika Brandstetter', 'admin-username': 'annika@spree.example' };
  const admin = await add('tenant', { name: 'Spree', domain: 'spree.example', language: 'en', ...names });
  const zoe = await add('user', { tenant: admin.tenantId, username: 'zoe@spree.example', name: 'Zoé Besson' });

  const fields = { 'New password': chosen, 'Confirm new password': chosen };
  await served(germany, async (person) => {
    await person.signIn({ ...admin, clearPassword: admin.temporaryPassword });
    return person.submit('Change password', fields);
  });

  const lookAround = async (person: Person) => {
    await person.signIn({ ...admin, clearPassword: chosen });
    await person.visit(paths.users);
    const list = [person.status, person.$('h1').text(), person.text.includes('Zoé Besson')];
    const elsewhere = person.$('.elsewhere a').attr('href');
    await person.visit(userPath(zoe.userId));
    const reset = person.$(`a[href="${resetPasswordPath(zoe.userId)}"]`).length;
    const answer = await person.send('POST', `${userPath(zoe.userId)}/end-sessions`);
    await person.visit(paths.rules);
    const edition = person.$('dt:contains("Rules version") + dd').text().trim();
    return { list, elsewhere, reset, status: answer.status, edition };
  };
  const currentView = {
    ...{ list: [200, 'User management', true], elsewhere: undefined },
    ...{ reset: 1, status: 303, edition: 'Current' },
  };
  const historicalView = {
    ...{ list: [200, 'Managed elsewhere', false], elsewhere: 'https://portal.microsoftazure.de' },
    ...{ reset: 0, status: 403, edition: 'Historical' },
  };
  assert.deepEqual(await served(germany, lookAround), currentView);
  assert.deepEqual(await served(historical, lookAround), historicalView);
  assert.deepEqual(await served(germany, lookAround), currentView, 'the switch leaves no traces');

  const { users } = await json<{ users: { name: string; status: string }[] }>(
    ['user', 'list', '--tenant', admin.tenantId],
    historical,
  );
  assert.deepEqual(
    users.map(({ name, status }) => `${name}: ${status}`).sort(),
    ['Annika Brandstetter: active', 'Zoé Besson: passwordChange'],
    'the users have not changed',
  );
});

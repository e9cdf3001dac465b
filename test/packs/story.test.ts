import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Activity } from '../../src/domain/activity.ts';
import { resetPasswordPath, userPath } from '../../src/paths.ts';
import { wholeLog } from '../../src/features/activity/activity.page.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { squeeze } from '../support/filled-forms.ts';
import { story } from './story.table.ts';
import { columnOf, environmentOf, packs, type Pack } from './packs.ts';

async function observe(pack: Pack): Promise<Record<string, string>> {
  const portal = await openPortal({ environment: environmentOf(pack) });
  const tenant = await aTenant(portal, { language: 'en' });
  const withLevel = (displayName: string, administratorLevel: 'global' | 'userManagement' | 'billing' | 'none') =>
    aUser(portal, tenant, { displayName, administratorLevel, language: 'en' });
  const camille = await withLevel('Camille Laurent', 'global');
  const awa = await withLevel('Awa Ndiaye', 'userManagement');
  const rosa = await withLevel('Rosa Lind', 'billing');
  const zoe = await withLevel('Zoé Besson', 'none');
  const noah = await withLevel('Noah Diop', 'none');
  const english = { 'Accept-Language': 'en' };
  const [admin, manager, user, stranger] = [0, 1, 2, 3].map(() => aPerson(portal, english)) as [
    Person,
    Person,
    Person,
    Person,
  ];
  const found: Record<string, string> = {};
  const look = async (what: string, person: Person, path: string, selector = 'h1'): Promise<void> => {
    await person.visit(path);
    found[what] = `${person.status} ${textsOf(person, selector)}`;
  };
  const send = async (what: string, person: Person, path: string, fields = {}): Promise<void> => {
    const { status, text } = await person.send('POST', path, fields);
    found[what] = `${status} ${squeeze(/<h1>([^]*?)<\/h1>/.exec(text)?.[1] ?? '')}`.trim();
  };

  await stranger.visit('/region');
  found['a stranger reads what is done where'] = textsOf(
    stranger,
    '.where tbody td:nth-child(2) a, .where tbody td:nth-child(2):not(:has(a))',
  );
  await stranger.signIn({ ...zoe, clearPassword: 'wrong' });
  found['who forgot a password is told'] = textsOf(stranger, 'details p');
  for (let tries = 2; stranger.status !== 429; tries++) {
    found['wrong passwords until a pause'] = String(tries - 1);
    await stranger.submit('Sign in', { Password: `wrong ${tries}` });
  }
  portal.clock.now += 60 * 60_000;

  await admin.signIn(camille);
  await look('the dashboard offers a Global admin', admin, '/dashboard', '.tiles .tile-title');
  await look('the list offers a Global admin', admin, '/account-settings/user-management', 'h1, .page-actions .btn');
  await look('a user’s page offers', admin, userPath(zoe.id), 'h1, main .btn');
  await look('the reset asks', admin, resetPasswordPath(zoe.id), 'h1, .elsewhere > p:first-of-type');
  await send('the reset does', admin, resetPasswordPath(zoe.id), { epoch: '0' });
  await look('adding a user', admin, '/account-settings/user-management/new');
  await look('importing users', admin, '/account-settings/user-management/import');
  await look('the deleted users', admin, '/account-settings/user-management/deleted');
  await look('exporting users', admin, '/account-settings/user-management/export.csv', 'h1');
  await look('the log offers', admin, '/account-settings/activity-log', 'h1, .page-actions .btn');
  await look('exporting the log', admin, '/account-settings/activity-log/export.jsonl', 'h1');
  await look('a tenant may tighten the tries', admin, '/account-settings/rules', '[name=attempts]');
  found['a tenant may tighten the tries'] = String(admin.$('[name=attempts]').length);
  await manager.signIn(awa);
  await look('the list says to a manager', manager, '/account-settings/user-management', '.rule-note');
  await send('a manager blocks an administrator', manager, `${userPath(rosa.id)}/block`);
  await send('a manager deletes a Global admin', manager, `${userPath(camille.id)}/delete`);
  await user.signIn(noah);
  await look('the dashboard offers somebody else', user, '/dashboard', '.tiles .tile-title');
  await look('the list tells somebody else', user, '/account-settings/user-management');
  await look('their own password', user, '/my-profile/password');

  const whole = { filter: wholeLog, order: 'oldestFirst', behind: null, before: null, limit: 100 } as const;
  found['the log keeps'] = (await portal.stores.activity.stretch(tenant.scope, whole))
    .map(({ activity }) => nameOf(activity))
    .filter((name) => !name.startsWith('signIn'))
    .join(', ');
  return found;
}

const nameOf = ({ event }: Activity): string =>
  event.kind === 'refused' ? `${event.action} refused: ${event.because}` : event.kind;

function textsOf(person: Person, selector: string): string {
  if (!(person.headers['content-type'] ?? '').startsWith('text/html')) return 'a file';
  const all = person.$('main').find(selector).toArray();
  return all.map((element) => squeeze(person.$(element).text())).join(' · ');
}

for (const pack of packs) {
  describe(`a day under ${pack}`, () => {
    test('goes like this', async () => {
      const found = await observe(pack);
      assert.deepEqual(found, columnOf(story, pack));
    });
  });
}

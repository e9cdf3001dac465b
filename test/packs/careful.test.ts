import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { editFormValues } from '../support/edit-user.ts';
import { aUser } from '../support/builders.ts';
import type { Person } from '../support/person.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import { own, shipped } from './careful.table.ts';
import { tell, type Day } from './day.ts';

tell('what takes care', { shipped, own }, async (day) => {
  const { portal, tenant } = day;
  const owner = await aUser(portal, tenant, { displayName: 'Inès Haddad', language: 'en' });
  await aSecondFactorUser(portal, owner);
  const admin = await day.signIn(day.camille);
  await removeSecondFactor(day, admin, userPath(owner.id));
  await handOver(day, admin);
  await askAnother(day, admin);
  await day.look('another Global admin is asked', await day.signIn(day.anne), paths.approvals, '.name-first');
  await day.readLog();
});

async function removeSecondFactor({ look, send }: Day, admin: Person, page: string): Promise<void> {
  const selector = '[aria-labelledby=second-factor] .btn, .elsewhere.narrow p';
  await look('the page of somebody with a second factor offers and says', admin, page, selector);
  await look('removing it asks', admin, `${page}/remove-second-factor`);
  await send('removing it does', admin, `${page}/remove-second-factor`);
}

async function handOver({ tenant, zoe, look, found }: Day, admin: Person): Promise<void> {
  await look('a reset is announced', admin, resetPasswordPath(zoe.id), '.zone li:first-child');
  const reset = await admin.send('POST', resetPasswordPath(zoe.id), { epoch: '0' });
  found['a reset hands over'] = handedBy(reset.text);
  const ada = { firstName: 'Ada', lastName: 'Betrieb', displayName: 'Ada Betrieb', username: `ada@${tenant.domain}` };
  found['adding a user hands over'] = handedBy((await admin.send('POST', paths.newUser, ada)).text);
}

const handedBy = (page: string): string =>
  /<output[^>]*\bid="([^"]+)"/.exec(page)?.[1] ?? /One-time link sent by email/.exec(page)?.[0] ?? 'nothing';

async function askAnother(day: Day, admin: Person): Promise<void> {
  const { look, send, anne, noah, rosa } = day;
  await send('resetting a Global admin', admin, resetPasswordPath(anne.id), { epoch: '0' });
  const names = { firstName: 'Noah', lastName: 'Diop', displayName: 'Noah Diop', language: 'en' };
  const levels = { administratorLevel: 'global', agentLevel: 'none' };
  await admin.visit(userPath(noah.id));
  await send('giving the level Global admin', admin, userPath(noah.id), {
    ...editFormValues(admin),
    ...names,
    ...levels,
  });
  await look('exporting users', admin, paths.exportUsers);
  if (admin.path.startsWith(paths.newApproval)) await admin.submit('Send request', { Reason: 'The audit' });
  await look('exporting the log', admin, paths.activityCsv);
  await look('deleting two', admin, `${paths.bulkUsers}?action=delete&user=${noah.id}&user=${rosa.id}`);
}

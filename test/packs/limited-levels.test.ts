import { paths, userPath } from '../../src/site/http/paths.ts';
import { describeUnderEachPack, type Scenario } from './scenario.ts';
import { custom, shipped } from './limited-levels.table.ts';

describeUnderEachPack('limited levels', { shipped, custom }, async (scenario) => {
  await asManager(scenario);
  await asUser(scenario);
  await scenario.noteLog();
});

async function asManager({ signIn, awa, rosa, camille, notePage, noteResponse }: Scenario): Promise<void> {
  const manager = await signIn(awa);
  await notePage('note on the user list, User management admin', manager, paths.users, '.rule-note');
  await notePage(
    'note on the page of an administrator, User management admin',
    manager,
    userPath(rosa.id),
    '.elsewhere > p:first-of-type, .rule-note',
  );
  await noteResponse('blocking an administrator, User management admin', manager, `${userPath(rosa.id)}/block`);
  await noteResponse('deleting a Global admin, User management admin', manager, `${userPath(camille.id)}/delete`);
}

async function asUser({ signIn, noah, notePage }: Scenario): Promise<void> {
  const user = await signIn(noah);
  await notePage('dashboard, user', user, paths.dashboard, '.tiles .tile-title');
  await notePage('user list, user', user, paths.users);
  await notePage('changing one’s own password, user', user, paths.ownPassword);
}

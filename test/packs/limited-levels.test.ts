import { paths, userPath } from '../../src/site/http/paths.ts';
import { describeUnderEachPack, type Scenario } from './scenario.ts';
import { custom, shipped } from './limited-levels.table.ts';

describeUnderEachPack('the lesser levels', { shipped, custom }, async (scenario) => {
  await asManager(scenario);
  await asSomebodyElse(scenario);
  await scenario.noteLog();
});

async function asManager({ signIn, awa, rosa, camille, notePage, noteResponse }: Scenario): Promise<void> {
  const manager = await signIn(awa);
  await notePage('the list says to a manager', manager, paths.users, '.rule-note');
  await notePage(
    'an administrator’s page says to a manager',
    manager,
    userPath(rosa.id),
    '.elsewhere > p:first-of-type, .rule-note',
  );
  await noteResponse('a manager blocks an administrator', manager, `${userPath(rosa.id)}/block`);
  await noteResponse('a manager deletes a Global admin', manager, `${userPath(camille.id)}/delete`);
}

async function asSomebodyElse({ signIn, noah, notePage }: Scenario): Promise<void> {
  const user = await signIn(noah);
  await notePage('the dashboard offers somebody else', user, paths.dashboard, '.tiles .tile-title');
  await notePage('the list tells somebody else', user, paths.users);
  await notePage('their own password', user, paths.ownPassword);
}

import { paths, userPath } from '../../src/site/http/paths.ts';
import { tell, type Day } from './day.ts';
import { own, shipped } from './lesser-levels.table.ts';

tell('the lesser levels', { shipped, own }, async (day) => {
  await asManager(day);
  await asSomebodyElse(day);
  await day.readLog();
});

async function asManager({ signIn, awa, rosa, camille, look, send }: Day): Promise<void> {
  const manager = await signIn(awa);
  await look('the list says to a manager', manager, paths.users, '.rule-note');
  await look(
    'an administrator’s page says to a manager',
    manager,
    userPath(rosa.id),
    '.elsewhere > p:first-of-type, .rule-note',
  );
  await send('a manager blocks an administrator', manager, `${userPath(rosa.id)}/block`);
  await send('a manager deletes a Global admin', manager, `${userPath(camille.id)}/delete`);
}

async function asSomebodyElse({ signIn, noah, look }: Day): Promise<void> {
  const user = await signIn(noah);
  await look('the dashboard offers somebody else', user, paths.dashboard, '.tiles .tile-title');
  await look('the list tells somebody else', user, paths.users);
  await look('their own password', user, paths.ownPassword);
}

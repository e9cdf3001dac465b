import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { tell } from './day.ts';
import { own, shipped } from './user-management.table.ts';

tell('the management of users', { shipped, own }, async ({ signIn, camille, zoe, look, send, readLog }) => {
  const admin = await signIn(camille);
  await look('the dashboard offers a Global admin', admin, paths.dashboard, '.tiles .tile-title');
  await look('the list offers a Global admin', admin, paths.users, 'h1, .page-actions .btn');
  await look('many at once', admin, paths.users, 'form.bulk .btn');
  await look('a user’s page offers', admin, userPath(zoe.id), 'h1, main .btn');
  await look('the reset asks', admin, resetPasswordPath(zoe.id), 'h1, .elsewhere > p:first-of-type');
  await send('the reset does', admin, resetPasswordPath(zoe.id), { epoch: '0' });
  await look('adding a user', admin, paths.newUser);
  await look('importing users', admin, paths.importUsers);
  await look('the deleted users', admin, paths.deletedUsers);
  await look('exporting users', admin, paths.exportUsers);
  await readLog();
});

import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { describeUnderEachPack } from './scenario.ts';
import { custom, shipped } from './user-management.table.ts';

describeUnderEachPack(
  'the management of users',
  { shipped, custom },
  async ({ signIn, camille, zoe, notePage, noteResponse, noteLog }) => {
    const admin = await signIn(camille);
    await notePage('the dashboard offers a Global admin', admin, paths.dashboard, '.tiles .tile-title');
    await notePage('the list offers a Global admin', admin, paths.users, 'h1, .page-actions .btn');
    await notePage('many at once', admin, paths.users, 'form.bulk .btn');
    await notePage('a user’s page offers', admin, userPath(zoe.id), 'h1, main .btn');
    await notePage('the reset asks', admin, resetPasswordPath(zoe.id), 'h1, .elsewhere > p:first-of-type');
    await noteResponse('the reset does', admin, resetPasswordPath(zoe.id), { epoch: '0' });
    await notePage('adding a user', admin, paths.newUser);
    await notePage('importing users', admin, paths.importUsers);
    await notePage('the deleted users', admin, paths.deletedUsers);
    await notePage('exporting users', admin, paths.exportUsers);
    await noteLog();
  },
);

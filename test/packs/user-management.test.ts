import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { describeUnderEachPack } from './scenario.ts';
import { custom, shipped } from './user-management.table.ts';

describeUnderEachPack(
  'user management',
  { shipped, custom },
  async ({ signIn, camille, zoe, notePage, noteResponse, noteLog }) => {
    const admin = await signIn(camille);
    await notePage('dashboard, Global admin', admin, paths.dashboard, '.tiles .tile-title');
    await notePage('user list, Global admin', admin, paths.users, 'h1, .page-actions .btn');
    await notePage('bulk actions', admin, paths.users, 'form.bulk .btn');
    await notePage('actions on the page of a user', admin, userPath(zoe.id), 'h1, main .btn');
    await notePage('reset form', admin, resetPasswordPath(zoe.id), 'h1, .elsewhere > p:first-of-type');
    await noteResponse('resetting a password', admin, resetPasswordPath(zoe.id), { epoch: '0' });
    await notePage('adding a user', admin, paths.newUser);
    await notePage('importing users', admin, paths.importUsers);
    await notePage('deleted users', admin, paths.deletedUsers);
    await notePage('exporting users', admin, paths.exportUsers);
    await noteLog();
  },
);

import type { Request, Response } from 'express';
import { administratorAbilities, agentAbilities } from '../../domain/roles.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { scopeOf } from '../../web/request.ts';
import type { Route } from '../../web/routing.ts';

export function profileRoutes({ stores }: { stores: Stores }): Route[] {
  async function show(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const user = request.signedIn?.session.user;
    if (user === undefined) throw new Error('This route needs a signed-in user');
    const model = {
      user,
      abilities: {
        administrator: administratorAbilities[user.administratorLevel],
        agent: agentAbilities[user.agentLevel],
      },
      events: await stores.activity.latestOfUser(scope, user.id),
    };
    const breadcrumbs = [{ href: paths.dashboard, label: 'common:terms.dashboard' }];
    response.page('profile/profile', model, { title: 'common:terms.myProfile', breadcrumbs });
  }

  return [{ method: 'get', path: paths.myProfile, access: 'profile.view', handle: show }];
}

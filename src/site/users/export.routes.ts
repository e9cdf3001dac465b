import type { Request, Response } from 'express';
import { paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { type Throttle, recordExport } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { SendUsersFile } from './users-file.ts';
import { bind } from '../../platform/bind.ts';

export interface ExportUsersRoutesDependencies {
  readonly database: Database;
  readonly throttle: Throttle;
  readonly sendUsersFile: SendUsersFile;
  readonly clock: () => number;
}

/**
 * Creates the route that exports the tenant's users. If another administrator must approve, the access check redirects
 * to the approval request.
 */
export function exportUsersRoutes(deps: ExportUsersRoutesDependencies): Route[] {
  const handlers = bind(deps, { send });
  return [{ method: 'get', path: paths.exportUsers, access: 'users.export', handle: handlers.send }];
}

async function send(deps: ExportUsersRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { throttle, database, clock, sendUsersFile } = deps;
  const scope = scopeOf(request);
  // A HEAD request exports no data, so it is neither throttled nor recorded.
  if (request.method === 'HEAD') return void response.set('Cache-Control', 'no-store').type('text/csv').end();
  await throttle.requireBudget(scope, 'export');
  await recordExport(database, scope, clock());
  await sendUsersFile(request, response);
}

import type { Request, Response } from 'express';
import { paths } from '../../paths.ts';
import { sendCsv } from '../http/csv.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Throttle } from '../../core/accounts/throttles/throttle.ts';
import { recordExport } from '../../core/accounts/users/export.ts';
import type { UsersFile } from './export.ts';
import type { Database } from '../../platform/database/database.ts';

/** Everybody of the tenant, downloaded. Where another administrator must agree, the guard of the route leads to them. */
export function exportUsersRoutes(parts: {
  database: Database;
  throttle: Throttle;
  usersFile: UsersFile;
  clock: () => number;
}): Route[] {
  const { database, throttle, usersFile, clock } = parts;

  async function send(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    // Asked for the head alone, nothing is sent, and nothing has happened.
    if (request.method === 'HEAD') return void response.set('Cache-Control', 'no-store').type('text/csv').end();
    await throttle.spend(scope, 'export');
    await recordExport(database, scope, clock());
    await sendCsv(request, response, usersFile(scope, request.language));
  }

  return [{ method: 'get', path: paths.exportUsers, access: 'users.export', handle: send }];
}

import { paths } from '../paths.ts';
import type { Middleware } from './request.ts';

// Everything that somebody with a temporary password may reach; health and static files are served before.
const open = new Set<string>([paths.changePassword, paths.signOut, paths.language, paths.theme, paths.region]);

/**
 * Leads everybody who must change their password to the page where they do. It stands before the routes, so that
 * no route, method or spelling of an address can be forgotten: what is not named here is closed.
 */
export function pendingChange(): Middleware {
  return (request, response, next) => {
    const pending = request.signedIn?.session.user.password === 'temporary';
    if (!pending || open.has(request.path)) next();
    else response.redirect(303, paths.changePassword);
  };
}

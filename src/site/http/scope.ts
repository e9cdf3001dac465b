import { effectiveRules } from '../../domain/tenant-rules.ts';
import { createScope, supportScope } from '../../domain/scope.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Cookies } from './cookies.ts';
import { chosenLanguage, offeredLanguage } from './language.ts';
import { regionScopeOf, type Middleware } from './request.ts';
import { person } from '../../domain/principal.ts';

/**
 * Builds the scope of a signed-in user's request from the principal, tenant, rules and language, so that core never
 * needs the request.
 */
export function scope(cookies: Cookies, rules: RegionRules, clock: () => number): Middleware {
  return (request, _response, next) => {
    if (request.signedIn) {
      const { user, tenant, support, supportEnd } = request.signedIn.session;
      request.language =
        chosenLanguage(request, cookies, rules) ??
        offeredLanguage(user.language, rules) ??
        offeredLanguage(tenant.language, rules) ??
        rules.defaultLanguage;
      const own = createScope({
        ...regionScopeOf(request, effectiveRules(rules, tenant.ownRules)),
        now: clock(),
        tenant: { id: tenant.id, name: tenant.name, language: tenant.language },
        principal: person(user),
      });
      request.scope =
        support === null || supportEnd !== null
          ? own
          : supportScope(own, support.tenant, support, effectiveRules(rules, support.tenant.ownRules));
    }
    next();
  };
}

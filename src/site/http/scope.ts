import { effectiveRules } from '../../domain/tenant-rules.ts';
import { createScope, supportScope } from '../../domain/scope.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { Cookies } from './cookies.ts';
import { chosenLanguage, offered } from './language.ts';
import { regionScopeOf, type Middleware } from './request.ts';
import { person } from '../../domain/principal.ts';

/** Puts together who asks, of which tenant, in which language; from here on nothing else needs the request. */
export function scope(cookies: Cookies, rules: RegionRules, clock: () => number): Middleware {
  return (request, _response, next) => {
    if (request.signedIn) {
      const { user, tenant, support, supportEnd } = request.signedIn.session;
      request.language =
        chosenLanguage(request, cookies, rules) ??
        offered(user.language, rules) ??
        offered(tenant.language, rules) ??
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

import type { Request, Response } from 'express';
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { canonicalUsername } from '../../domain/people/user.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import { singleLine, readForm, verbatimText } from '../http/forms.ts';
import { seeOther } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import {
  type Passwords,
  type Tenants,
  createFirstTenant,
  setupTokenDigest,
  setupTokenStore,
} from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { SetUpPage } from './set-up.views.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

const maxNameLength = 200;
const isFilled = (text: string): boolean => text !== '';

const setUpForm = z.object({
  tenantName: singleLine(maxNameLength).refine(isFilled, 'set-up:error.tenantNameMissing'),
  domain: singleLine(maxNameLength).refine(isFilled, 'set-up:error.domainMissing'),
  language: singleLine(maxNameLength),
  adminName: singleLine(maxNameLength).refine(isFilled, 'set-up:error.adminNameMissing'),
  username: singleLine(maxNameLength).transform(canonicalUsername).refine(isFilled, 'set-up:error.usernameMissing'),
  newPassword: verbatimText,
  confirmPassword: verbatimText,
});

export interface SetUpRoutesDependencies {
  readonly database: Database;
  readonly tenants: Tenants;
  readonly passwords: Passwords;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
}

export function setUpRoutes(deps: SetUpRoutesDependencies): Route[] {
  const handlers = bind(deps, { verifyLink, showForm, createFirstTenant });
  return [
    {
      method: 'get',
      path: paths.setUp,
      access: 'anyone',
      handle: async (request, response) => {
        await handlers.verifyLink(request);
        handlers.showForm(request, response, []);
      },
    },
    {
      method: 'post',
      path: paths.setUp,
      access: 'anyone',
      form: {
        keeps: ['tenantName', 'domain', 'language', 'adminName', 'username'],
        changes: { notNeeded: 'the link of the set-up works once' },
      },
      handle: async (request, response) => {
        const digest = await handlers.verifyLink(request);
        const { values, faults } = readForm(setUpForm, request.body);
        const remaining = values === null ? faults : await handlers.createFirstTenant(digest, values);
        if (remaining.length > 0) return handlers.showForm(request, response, remaining);
        request.session.notice = { kind: 'success', key: 'set-up:done' };
        // The tenant exists now. If the session cannot be saved, only the notice is lost.
        await seeOther(request, response, paths.signIn).catch(() => {
          delete request.session.notice;
          response.redirect(303, paths.signIn);
        });
      },
    },
  ];
}

// The link itself is the secret, so an invalid link receives the same 404 response as an unknown URL.
async function verifyLink(deps: SetUpRoutesDependencies, request: Request): Promise<string> {
  const { database } = deps;
  const digest = setupTokenDigest(String(request.params.token));
  if (!(await setupTokenStore.isOpen(database, digest))) throw notFound();
  return digest;
}

function showForm(
  deps: SetUpRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
): void {
  const { rules } = deps;
  const typed = (request.body ?? {}) as Record<string, unknown>;
  const textOf = (name: string): string => (typeof typed[name] === 'string' ? typed[name] : '');
  const values = {
    tenantName: textOf('tenantName'),
    domain: textOf('domain'),
    language: textOf('language'),
    adminName: textOf('adminName'),
    username: textOf('username'),
  };
  const model: SetUpPage = { values, action: request.path, minimumLength: rules.password.minimumLength };
  response.set('Referrer-Policy', 'no-referrer');
  response.page('set-up/set-up', model, { title: 'set-up:title', faults, withoutNavigation: true });
}

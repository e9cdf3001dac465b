import type { Request, Response } from 'express';
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { canonicalUsername } from '../../domain/people/user.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import { line, readForm, secret } from '../http/forms.ts';
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
const filled = (text: string): boolean => text !== '';

const setupForm = z.object({
  tenantName: line(maxNameLength).refine(filled, 'setup:error.tenantNameMissing'),
  domain: line(maxNameLength).refine(filled, 'setup:error.domainMissing'),
  language: line(maxNameLength),
  adminName: line(maxNameLength).refine(filled, 'setup:error.adminNameMissing'),
  username: line(maxNameLength).transform(canonicalUsername).refine(filled, 'setup:error.usernameMissing'),
  newPassword: secret,
  confirmPassword: secret,
});

export interface SetupRoutesDependencies {
  readonly database: Database;
  readonly tenants: Tenants;
  readonly passwords: Passwords;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
}

export function setupRoutes(deps: SetupRoutesDependencies): Route[] {
  const handlers = bind(deps, { openLink, ask, createFirstTenant });
  return [
    {
      method: 'get',
      path: paths.setUp,
      access: 'anyone',
      handle: async (request, response) => {
        await handlers.openLink(request);
        handlers.ask(request, response, []);
      },
    },
    {
      method: 'post',
      path: paths.setUp,
      access: 'anyone',
      handle: async (request, response) => {
        const digest = await handlers.openLink(request);
        const { values, faults } = readForm(setupForm, request.body);
        const remaining = values === null ? faults : await handlers.createFirstTenant(digest, values);
        if (remaining.length > 0) return handlers.ask(request, response, remaining);
        request.session.notice = { kind: 'success', key: 'setup:done' };
        await seeOther(request, response, paths.signIn);
      },
    },
  ];
}

// The link is the secret: a wrong one looks like any other address that does not exist.
async function openLink(deps: SetupRoutesDependencies, request: Request): Promise<string> {
  const { database } = deps;
  const digest = setupTokenDigest(String(request.params.token));
  if (!(await setupTokenStore.isOpen(database, digest))) throw notFound();
  return digest;
}

function ask(deps: SetupRoutesDependencies, request: Request, response: Response, faults: readonly PageFault[]): void {
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
  response.page('setup/setup', model, { title: 'setup:title', faults, alone: true });
}

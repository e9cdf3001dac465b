import type { Request, Response } from 'express';
import { z } from 'zod';
import { Failure, notFound, type FieldFault } from '../../domain/errors.ts';
import { normalizePassword } from '../../domain/people/password.ts';
import { languages, type RegionRules } from '../../domain/regions.ts';
import { canonicalUsername } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import { line, readForm, secret } from '../http/forms.ts';
import { seeOther } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { type Passwords, type Tenants, digestOf, setUpStore } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

const maxNameLength = 200;
const filled = (text: string): boolean => text !== '';

const setupForm = z.object({
  tenantName: line(maxNameLength).refine(filled, 'setup:error.tenantNameMissing'),
  domain: line(maxNameLength).refine(filled, 'setup:error.domainMissing'),
  language: z.enum(languages, 'errors:reason.unknownLanguage'),
  adminName: line(maxNameLength).refine(filled, 'setup:error.adminNameMissing'),
  username: line(maxNameLength).transform(canonicalUsername).refine(filled, 'setup:error.usernameMissing'),
  newPassword: secret,
  confirmPassword: secret,
});

type SetupForm = z.infer<typeof setupForm>;

const fieldsOfFaults: Readonly<Record<string, string>> = {
  'tenants:error.name': 'tenantName',
  'tenants:error.domain': 'domain',
  'tenants:error.domainTaken': 'domain',
  'tenants:error.domainElsewhere': 'domain',
  'errors:reason.languageOfRegion': 'language',
  'tenants:error.personName': 'adminName',
  'tenants:error.username': 'username',
  'tenants:error.usernameDomain': 'username',
};

export interface SetupRoutesDependencies {
  readonly database: Database;
  readonly tenants: Tenants;
  readonly passwords: Passwords;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
}

export function setupRoutes(deps: SetupRoutesDependencies): Route[] {
  const handlers = bind(deps, { openLink, ask, create });
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
        const remaining = values === null ? faults : await handlers.create(digest, values);
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
  const digest = digestOf(String(request.params.token));
  if (!(await setUpStore.isOpen(database, digest))) throw notFound();
  return digest;
}

function ask(deps: SetupRoutesDependencies, request: Request, response: Response, faults: readonly FieldFault[]): void {
  const { rules } = deps;
  const typed = (request.body ?? {}) as Record<string, unknown>;
  const values = Object.fromEntries(
    ['tenantName', 'domain', 'language', 'adminName', 'username'].map((name) => [
      name,
      typeof typed[name] === 'string' ? typed[name] : '',
    ]),
  );
  const model = { values, action: request.path, minimumLength: rules.password.minimumLength };
  response.set('Referrer-Policy', 'no-referrer');
  response.page('setup/setup', model, { title: 'setup:title', faults, alone: true });
}

async function create(deps: SetupRoutesDependencies, digest: string, form: SetupForm): Promise<readonly FieldFault[]> {
  const { rules, passwords, hasher, tenants } = deps;
  const owner = { rules, username: form.username, displayName: form.adminName, tenantName: form.tenantName };
  const faults = await passwords.judge(owner, form);
  if (faults.length > 0) return faults;
  const hash = await hasher.hash(normalizePassword(form.newPassword));
  const admin = {
    username: form.username,
    name: form.adminName,
    administratorLevel: 'global',
    agentLevel: 'none',
    language: form.language,
  } as const;
  const details = { name: form.tenantName, domains: [form.domain], language: form.language };
  try {
    if (!(await tenants.addFirst(digest, details, admin, hash))) throw notFound();
    return [];
  } catch (error) {
    const field = error instanceof Failure ? fieldsOfFaults[error.because ?? ''] : undefined;
    if (field === undefined) throw error;
    return [{ field, key: (error as Failure).because ?? '' }];
  }
}

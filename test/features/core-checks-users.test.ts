import { after, describe } from 'node:test';
import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createStrengthEstimator } from '../../src/core/accounts/passwords/strength-estimator.ts';
import { createPasswords } from '../../src/core/accounts/passwords/passwords.ts';
import { createFirstTenant } from '../../src/core/accounts/tenants/first-tenant.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createUserAdder } from '../../src/core/accounts/users/add-user.ts';
import { createBulkReset } from '../../src/core/accounts/users/bulk-reset.ts';
import { createBulkChange } from '../../src/core/accounts/users/bulk-actions.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { chooseLanguage } from '../../src/core/accounts/users/choose-language.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import { aTenantWithApprovals } from '../support/approvals.ts';
import { testInvalidCalls, type InvalidCall } from '../support/core-checks.ts';
import { scopeOf } from '../support/imports.ts';
import { anOperator, operatorsOf } from '../support/operators.ts';
import { openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';

const portal = await openPortal({ environment: withRules({ languages: ['en', 'fr'], defaultLanguage: 'en' }) });
const { database, config, tenants, hasher } = portal;
const clock = (): number => portal.clock.now;
const throttle = createThrottle(database, config.rules, () => Date.now());
const tokens = createLinkTokens([], oneTimeLinkUrls(config.baseUrl));
const parts = {
  database,
  throttle,
  clock,
  credentialIssuer: createCredentialIssuer({ hasher, tokens, canMail: true, clock }),
};
const { tenant, requester, plain } = await aTenantWithApprovals(portal);
const scope = scopeOf(tenant, requester);
await anOperator(portal);

const bidi = 'Zoé \u202eBesson';
const long = 'x'.repeat(121);
const many = Array.from({ length: 51 }, () => crypto.randomUUID());

// The core functions validate their own input, because callers other than forms may pass anything.
const facts = (changed: object) =>
  ({
    username: `neu@${tenant.domain}`,
    firstName: 'Neu',
    lastName: '',
    displayName: 'Neu',
    language: null,
    administratorLevel: 'none',
    agentLevel: 'none',
    ...changed,
  }) as never;
const add = (changed: object) => () => createUserAdder(parts)(scope, facts(changed));
const edit = (changed: object) => () =>
  createUserActions(parts).edit(scope, plain.id, {
    typed: facts(changed),
    shown: null,
    nameOrder: 'givenFirst',
  });

const users: InvalidCall[] = [
  ['a malformed user name', add({ username: 'neu' }), 'username username.malformed'],
  [
    'a user name that is too long',
    add({ username: `${long.repeat(3)}@${tenant.domain}` }),
    'username username.malformed',
  ],
  ['a user name of another domain', add({ username: 'neu@other.example' }), 'username username.otherDomain'],
  ['a user name that is already taken', add({ username: plain.username }), 'username username.taken'],
  ...[['new user', add] as const, ['user edit', edit] as const].flatMap(([whose, send]): InvalidCall[] => [
    [`${whose} with a first name that is too long`, send({ firstName: long }), 'firstName field.tooLong'],
    [`${whose} with a last name that is too long`, send({ lastName: long }), 'lastName field.tooLong'],
    [
      `${whose} with a display name that is too long`,
      send({ displayName: long.repeat(2) }),
      'displayName field.tooLong',
    ],
    [
      `${whose} with a bidirectional control character in the name`,
      send({ displayName: bidi }),
      'displayName field.malformed',
    ],
    [`${whose} without a name`, send({ firstName: '', displayName: '' }), 'displayName displayName.missing'],
    [`${whose} with a last name that is not a string`, send({ lastName: null }), 'lastName field.malformed'],
    [`${whose} with a language the region does not offer`, send({ language: 'de' }), 'language language.notOffered'],
    [
      `${whose} with an unknown administrator level`,
      send({ administratorLevel: 'root' }),
      'administratorLevel field.unknownValue',
    ],
    [`${whose} with an unknown agent level`, send({ agentLevel: 'root' }), 'agentLevel field.unknownValue'],
  ]),
  ['a bulk action for 51 users', () => createBulkChange(parts)(scope, 'block', many), 'bulk.tooMany'],
  [
    'an unknown bulk action',
    () => createBulkChange(parts)(scope, 'explode' as never, [plain.id]),
    'field.unknownValue',
  ],
  [
    'a bulk reset of 51 users',
    () =>
      createBulkReset(parts)(
        scope,
        many.map((id) => ({ id, epoch: 0 })),
      ),
    'bulk.tooMany',
  ],
];

const details = (changed: object) => ({ name: 'New', domains: ['new.example'], language: 'en', ...changed });
const admin = (changed: object) =>
  ({
    username: 'ada@new.example',
    name: 'Ada',
    administratorLevel: 'global',
    agentLevel: 'none',
    language: null,
    ...changed,
  }) as never;
const found =
  (changed: object, person: object = {}) =>
  () =>
    tenants.add(details(changed), admin(person));
const person = (changed: object) => () =>
  tenants.addUser(tenant.id, admin({ username: `p@${tenant.domain}`, administratorLevel: 'none', ...changed }));

const organizations: InvalidCall[] = [
  ['a blank name', found({ name: ' ' }), 'tenant.nameMalformed'],
  ['a name that is too long', found({ name: 'x'.repeat(201) }), 'tenant.nameMalformed'],
  ['an empty list of domains', found({ domains: [] }), 'domain.malformed'],
  ['an invalid domain', found({ domains: ['new'] }), 'domain.malformed'],
  ['an unknown language', found({ language: 'xx' }), 'language.notOffered'],
  ['a language the region does not offer', found({ language: 'de' }), 'language.notOffered'],
  [
    'an administrator with a user name of another domain',
    found({}, { username: 'ada@other.example' }),
    'username.otherDomain',
  ],
  ['an administrator without a name', found({}, { name: '' }), 'displayName.malformed'],
  [
    'an administrator with an unknown administrator level',
    found({}, { administratorLevel: 'root' }),
    'field.unknownValue',
  ],
  ['an administrator with an unknown agent level', found({}, { agentLevel: 'root' }), 'field.unknownValue'],
  ['an administrator with a language the region does not offer', found({}, { language: 'de' }), 'language.notOffered'],
  ['a user without a name', person({ name: '' }), 'displayName.malformed'],
  ['a user with a malformed user name', person({ username: 'é@x' }), 'username.malformed'],
  ['a user with an unknown administrator level', person({ administratorLevel: 'root' }), 'field.unknownValue'],
  ['a user with an unknown agent level', person({ agentLevel: 'root' }), 'field.unknownValue'],
  ['a user with a language the region does not offer', person({ language: 'de' }), 'language.notOffered'],
  [
    'an operator with a language the region does not offer',
    () => operatorsOf(portal).add({ username: 'x@hosting.example', name: 'X', language: 'de' }),
    'language.notOffered',
  ],
];

const strengthEstimator = createStrengthEstimator(['en']);
const passwords = createPasswords({ ...parts, hasher, strengthEstimator });
after(() => strengthEstimator.close());
const first = (changed: object) => () =>
  createFirstTenant({ rules: config.rules, tenants, passwords, hasher }, 'no link', {
    tenantName: 'First',
    domain: 'first.example',
    language: 'en',
    adminName: 'Ada',
    username: 'ada@first.example',
    newPassword: 'seven quiet otters nap',
    confirmPassword: 'seven quiet otters nap',
    ...changed,
  });
const firstOrganization: InvalidCall[] = [
  ['a password that is too short', first({ newPassword: 'otters' }), 'newPassword password.tooShort'],
  [
    'passwords that differ',
    first({ confirmPassword: 'seven quiet otters' }),
    'confirmPassword password.confirmationDiffers',
  ],
  ['an empty name', first({ tenantName: '' }), 'tenantName tenant.nameMalformed'],
  ['an invalid domain', first({ domain: 'first' }), 'domain domain.malformed'],
  [
    'an administrator with a user name of another domain',
    first({ username: 'ada@other.example' }),
    'username username.otherDomain',
  ],
  ['a language the region does not offer', first({ language: 'de' }), 'language language.notOffered'],
];
const languages: InvalidCall[] = [
  ['a language the region does not offer', () => chooseLanguage(database, scope, 'de'), 'language.notOffered'],
  ['an unknown language', () => chooseLanguage(database, scope, 'xx'), 'language.notOffered'],
];

describe('validation in core', () => {
  testInvalidCalls(database, { users, organizations, firstOrganization, languages });
});

import { describe } from 'node:test';
import { createApprovals, type RequestedApproval } from '../../src/core/approvals/approvals.ts';
import { createImports } from '../../src/core/imports/imports.ts';
import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createTenantRules } from '../../src/core/accounts/tenants/tenant-rules.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createSupport } from '../../src/core/support/support.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import { createUsersCsv } from '../../src/site/users/csv.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { aTenantWithApprovals } from '../support/approvals.ts';
import { testInvalidCalls, type InvalidCall } from '../support/core-checks.ts';
import { scopeOf } from '../support/imports.ts';
import { anOperator } from '../support/operators.ts';
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
const { tenant, requester, other, plain } = await aTenantWithApprovals(portal);
const scope = scopeOf(tenant, requester);
const operator = await anOperator(portal);

const bidi = 'Zoé \u202eBesson';
const many = Array.from({ length: 51 }, () => crypto.randomUUID());

const setRules = (own: object) => () =>
  createTenantRules({ database, regionRules: config.rules, clock }).set(scope, own);
const ownRules: InvalidCall[] = [
  ['a number out of bounds', setRules({ idleMinutes: 100_000 }), 'rule.outOfBounds'],
  ['a fractional number', setRules({ passwordLength: 20.5 }), 'rule.outOfBounds'],
  ["a choice looser than the region's rule", setRules({ export: 'none' }), 'field.unknownValue'],
  ['an unknown rule', setRules({ anything: 'goes' }), 'field.unknownValue'],
];

const support = createSupport({ ...parts, rules: config.rules, scopeFor: tenants.scopeFor });
const grant = (changed: object) => () =>
  support.grant(scope, { operator: operator.id, purpose: 'Help', level: 'look', hours: 1, ...changed });
const hours = config.rules.supportAccess.longestHours;
const grants: InvalidCall[] = [
  ['a grant to a user who is not an operator', grant({ operator: plain.id }), 'operator support.operatorUnknown'],
  ['an empty purpose', grant({ purpose: '' }), 'purpose support.purposeMissing'],
  ['a purpose that is too long', grant({ purpose: 'x'.repeat(301) }), 'purpose field.tooLong'],
  ['a purpose with a bidirectional control character', grant({ purpose: bidi }), 'purpose field.malformed'],
  ['an unknown level', grant({ level: 'everything' }), 'level field.unknownValue'],
  ['a duration of zero hours', grant({ hours: 0 }), 'hours support.hoursOutOfBounds'],
  ['a duration of half an hour', grant({ hours: 0.5 }), 'hours support.hoursOutOfBounds'],
  ['a duration longer than the rules allow', grant({ hours: hours + 1 }), 'hours support.hoursOutOfBounds'],
];

const approvals = createApprovals({ database, clock });
const wish = (changed: object): RequestedApproval => ({ act: 'resetPassword', userIds: [other.id], ...changed });
const ask =
  (changed: object, reason = 'Lost phone') =>
  () =>
    approvals.request(scope, wish(changed), reason);
const part = (changed: object) => ({
  act: 'exportLog',
  log: { format: 'csv', part: { user: null, kind: null, from: null, to: null, ...changed } },
});
const requests: InvalidCall[] = [
  ['an empty reason', ask({}, ''), 'approval.reasonMissing'],
  ['a reason that is too long', ask({}, 'x'.repeat(501)), 'field.tooLong'],
  ['a reason with a bidirectional control character', ask({}, bidi), 'field.malformed'],
  ['an unknown action', ask({ act: 'anything' }), 'field.unknownValue'],
  ['a request for 51 users', ask({ act: 'delete', userIds: many }), 'bulk.tooMany'],
  [
    'an export of the activity log in an unknown format',
    ask({ act: 'exportLog', log: { ...part({}).log, format: 'pdf' } }),
    'field.unknownValue',
  ],
  ['an unknown kind of entry', ask(part({ kind: 'x' })), 'field.unknownValue'],
  ['an invalid date', ask(part({ from: '23.11.2026' })), 'field.malformed'],
  ['an export request without a log filter', ask({ act: 'exportLog' }), 'field.malformed'],
  ['rules in a request of another kind', ask({ own: { before: {}, next: {} } }), 'field.malformed'],
  ['an unknown decision', () => approvals.decide(scope, 'x', 'maybe' as never, ''), 'field.unknownValue'],
  ['a comment that is too long', () => approvals.decide(scope, 'x', 'declined', 'x'.repeat(501)), 'field.tooLong'],
];

const csv = createUsersCsv(await loadTranslator(), clock);
const imports = createImports({ ...parts, csv, nameOrderOf: () => 'givenFirst' });
const staged = { state: 'staged', counts: { added: 1, changed: 0, unchanged: 0, refused: 0 } } as never;
const stage = (bytes: Buffer) => () => imports.stage(scope, { name: 'x.csv', bytes });
const files: InvalidCall[] = [
  ['a file that is too large', stage(Buffer.alloc(20 * 1024 * 1024 + 1, 'x')), 'file import.tooLarge'],
  ['an empty file', stage(Buffer.alloc(0)), 'file import.noRows'],
  [
    'an unknown import mode',
    () => imports.confirm(scope, staged, { mode: 'some' as never, epoch: 0, leaveOut: [] }),
    'field.unknownValue',
  ],
];

describe('validation in core', () => {
  testInvalidCalls(database, { ownRules, grants, requests, files });
});

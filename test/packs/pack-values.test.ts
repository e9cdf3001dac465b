import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readRules, rulesFolder } from '../../src/platform/config/rules.ts';
import { userOperations, type Place, type Placement, type RegionRules } from '../../src/domain/regions.ts';
import { read } from '../config/rules-file.ts';
import { columnOf, packs, type Pack, type Row } from './packs.ts';

const azureDe =
  'the administration portal of Microsoft Cloud Germany|le portail d’administration de Microsoft Cloud Germany|das Verwaltungsportal der Microsoft Cloud Deutschland https://portal.microsoftazure.de';
const officeDe =
  'the Office 365 admin center of Microsoft Cloud Germany|le centre d’administration Office 365 de Microsoft Cloud Germany|das Office 365 Admin Center der Microsoft Cloud Deutschland https://portal.office.de';
const azureUs =
  'the Azure Government portal|le portail Azure Government|das Azure Government-Portal https://portal.azure.us';
const customers = 'Customers’ users|Utilisateurs des clients|Benutzer der Kunden';
const both = `${officeDe} + ${azureDe}`;

/** The values of each pack. They follow the partner portals of the editions, 2016 to 2024. */
const table: readonly Row[] = [
  ['region', 'worldwide', 'germany', 'germany', 'us-government', 'china'],
  ['edition', 'current', 'current', 'historical', 'current', 'current'],
  ['format', '1'],
  [
    'name',
    ...(['Worldwide|Monde|Weltweit', 'Germany|Allemagne|Deutschland', 'Germany|Allemagne|Deutschland'] as const),
    ...(['US Government|Secteur public des États-Unis|US-Behörden', 'China|Chine|China'] as const),
  ],
  ['languages', 'en fr de'],
  ['defaultLanguage', 'en', 'de', 'de', 'en', 'en'],
  // Germany (historical) managed users in two portals and reset passwords in one of them. US Government used one portal
  // for both. In China, administrators could not reset passwords.
  [
    'operations except password resets',
    'here',
    'here',
    `elsewhere ${azureDe} + ${officeDe}`,
    `elsewhere ${azureUs}`,
    'here',
  ],
  ['password resets', 'here', 'here', `elsewhere ${azureDe}`, `elsewhere ${azureUs}`, 'alone'],
  [
    'related',
    ...(['', '', `${customers}: ${both}; Licenses|Licences|Lizenzen: ${both}`] as const),
    `Customers’ users and licenses|Utilisateurs et licences des clients|Benutzer und Lizenzen der Kunden: ${azureUs}`,
    '',
  ],
  ['administratorsManagedBy', 'userManagers', 'globalAdmins', 'globalAdmins', 'userManagers', 'userManagers'],
  [
    'temporaryPassword',
    '72 hours, 15 minutes',
    '24 hours, 15 minutes',
    '24 hours, 15 minutes',
    '72 hours, 15 minutes',
    '72 hours, 15 minutes',
  ],
  ['password', '15 to 256'],
  // US Government blocks after three attempts, the other packs after five. In China, tenants cannot change the limit.
  ['failed attempts', '5/15/15', '5/15/15', '5/15/15', '3/15/15', '5/15/15'],
  ['failed attempts per account and per address', '50/1440/60 100/15/15'],
  ['failed attempts are fixed', 'false', 'false', 'false', 'false', 'true'],
  [
    'session',
    '30 minutes, 12 hours',
    '15 minutes, 8 hours',
    '15 minutes, 8 hours',
    '30 minutes, 12 hours',
    '30 minutes, 12 hours',
  ],
  ['restoreWindowDays', '30'],
  // The sovereign editions recommended a second factor but did not require one.
  ['secondFactor', 'nobody'],
  ['handOver', 'shown, 24 hours'],
  ['twoAdministrators', 'for nothing, more than 50, 24 hours, 30 days'],
  ['retentionDays', '3650'],
  // Activity records could be exported in Germany and US Government but not in China.
  ['export of the log', 'allowed', 'allowed', 'allowed', 'allowed', 'forbidden'],
  // In Germany, a data trustee controlled the operator's access.
  [
    'supportAccess',
    'allowed, 72 hours',
    'allowed, 24 hours',
    'forbidden, 1 hours',
    'forbidden, 1 hours',
    'allowed, 24 hours',
  ],
];

const worded = (wording: object): string => Object.values(wording).join('|');
const placeIn = ({ place, address }: Place): string => `${worded(place)} ${address}`;
const placed = (placement: Placement): string =>
  placement.at === 'elsewhere'
    ? `elsewhere ${[placement, ...(placement.also ?? [])].map(placeIn).join(' + ')}`
    : placement.at;
const tries = ({ attempts, windowMinutes, blockMinutes }: RegionRules['throttle']['perAccount']): string =>
  [attempts, windowMinutes, blockMinutes].join('/');

function valuesOf(rules: RegionRules): Record<string, string> {
  const { throttle, session, handOver, temporaryPassword, password, twoAdministrators, supportAccess } = rules;
  const others = userOperations.filter((operation) => operation !== 'users.resetPassword');
  const { perAccount, perAddress, perAccountAndAddress } = throttle;
  return {
    region: rules.region,
    edition: rules.edition,
    format: String(rules.format),
    name: worded(rules.name),
    languages: rules.languages.join(' '),
    defaultLanguage: rules.defaultLanguage,
    'operations except password resets': [...new Set(others.map((each) => placed(rules.operations[each])))].join(' / '),
    'password resets': placed(rules.operations['users.resetPassword']),
    related: rules.related.map(({ what, places }) => `${worded(what)}: ${places.map(placeIn).join(' + ')}`).join('; '),
    administratorsManagedBy: rules.administratorsManagedBy,
    temporaryPassword: `${temporaryPassword.lifetimeHours} hours, ${temporaryPassword.changeWithinMinutes} minutes`,
    password: `${password.minimumLength} to ${password.maximumLength}`,
    'failed attempts': tries(perAccountAndAddress),
    'failed attempts per account and per address': `${tries(perAccount)} ${tries(perAddress)}`,
    'failed attempts are fixed': String(throttle.fixed),
    session: `${session.idleMinutes} minutes, ${session.absoluteHours} hours`,
    restoreWindowDays: String(rules.restoreWindowDays),
    secondFactor: rules.secondFactor,
    handOver: `${handOver.by}, ${handOver.linkHours} hours`,
    twoAdministrators: `for ${twoAdministrators.for.join(' ') || 'nothing'}, more than ${twoAdministrators.deleteMoreThan}, ${twoAdministrators.withinHours} hours, ${twoAdministrators.formerAdminDays} days`,
    retentionDays: String(rules.activityLog.retentionDays),
    'export of the log': rules.activityLog.export,
    supportAccess: `${supportAccess.grant}, ${supportAccess.longestHours} hours`,
  };
}

const fileOf = (pack: Pack): string => path.join(rulesFolder, `${pack}.json`);

for (const pack of packs) {
  describe(`the values of ${pack}`, () => {
    test('match the table', () =>
      assert.deepEqual(valuesOf(readRules(fileOf(pack)).rules!), columnOf(table, packs.indexOf(pack))));

    test('are all in the table, so that no rule can change unnoticed', () => {
      const text = readFileSync(fileOf(pack), 'utf8');
      const leaves = leavesOf(JSON.parse(text) as object).filter(
        ([first]) => first !== '$schema' && first !== 'revision',
      );
      assert.ok(leaves.length > 45, String(leaves.length));
      for (const leaf of leaves) {
        const changed = changes(text, leaf).flatMap((file) => read(file).rules ?? []);
        for (const rules of changed)
          assert.notDeepEqual(valuesOf(rules), columnOf(table, packs.indexOf(pack)), leaf.join('.'));
        assert.ok(
          changed.length > 0 || withoutAlternative.has(String(leaf[0])),
          `no other valid value for ${leaf.join('.')}`,
        );
      }
    });
  });
}

/** Properties for which these packs allow no other valid value. */
const withoutAlternative: ReadonlySet<string> = new Set(['format', 'places', 'related']);

type Leaf = readonly (string | number)[];

/** @returns the path of every value in a file, including empty lists */
function leavesOf(value: unknown, at: Leaf = []): Leaf[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [at];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => leavesOf((value as Record<string | number, unknown>)[key], [...at, key]));
}

const otherWords = ['nobody', 'here', 'userManagers', 'globalAdmins', 'administrators', 'link', 'allowed', 'forbidden'];
const others = [...otherWords, 'current', 'historical', 'somewhere', 'https://other.example', 'fr', 'en'];

/** @returns copies of the file with other values at one path, at least one of which should be valid */
function changes(text: string, leaf: Leaf): object[] {
  return [...others, 1, 9, 200, true, false, ['export']].flatMap((value) => {
    const file = JSON.parse(text) as Record<string | number, unknown>;
    const tx = leaf.slice(0, -1).reduce((each, key) => each[key] as typeof file, file);
    const last = leaf.at(-1)!;
    const same = JSON.stringify(tx[last]) === JSON.stringify(value);
    // Changing a single entry would make the list invalid, so the whole list is replaced.
    if (leaf[0] === 'languages') return [{ ...file, languages: [file.defaultLanguage] }];
    tx[last] = value;
    return same ? [] : [file];
  });
}

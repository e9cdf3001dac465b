import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Activity } from '../../src/domain/activity/event.ts';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import { wholeLog } from '../../src/core/activity/log-query.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { totpCode, english, seedOn } from '../support/second-factor.ts';
import { environmentOfOperatorPack, operatorPacks } from './operator-packs.ts';
import { columnOf, environmentOf, packs, type Row } from './packs.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

type Fields = Readonly<Record<string, string>>;

/** A portal under one pack with a fixed set of English-speaking users, and functions that record their observations. */
export interface Scenario {
  readonly portal: Portal;
  readonly tenant: TestTenant;
  readonly camille: TestUser;
  /** Another Global admin. */
  readonly anne: TestUser;
  readonly awa: TestUser;
  readonly rosa: TestUser;
  readonly zoe: TestUser;
  readonly noah: TestUser;
  readonly observed: Record<string, string>;
  readonly newStranger: () => Person;
  /** Signs in, and sets up and uses a second factor if the pack requires one. */
  readonly signIn: (user: TestUser) => Promise<Person>;
  /** The current code of an app that was set up at sign-in; '' if there is none. */
  readonly codeOf: (user: TestUser) => string;
  /** Records the status of a page and the text of the elements that match the selector. */
  readonly notePage: (what: string, person: Person, path: string, selector?: string) => Promise<void>;
  /** Submits a form and records the status, and the redirect target or the heading of the page. */
  readonly noteResponse: (what: string, person: Person, path: string, fields?: Fields) => Promise<void>;
  /** Records the current entries of the log, except sign-ins. */
  readonly noteLog: () => Promise<void>;
}

/** Runs the observations under every built-in pack and under custom rules, and compares them with the tables. */
export function describeUnderEachPack(
  part: string,
  tables: { readonly shipped: readonly Row[]; readonly custom: readonly Row[] },
  observe: (scenario: Scenario) => Promise<void>,
): void {
  const under = (pack: string, column: Record<string, string>, environment: () => unknown): void => {
    describe(`${part} under ${pack}`, () => {
      test('matches the table', async () => {
        const scenario = await openScenario((await environment()) as Record<string, string>);
        await observe(scenario);
        assert.deepEqual(scenario.observed, column);
      });
    });
  };
  for (const [index, pack] of packs.entries()) under(pack, columnOf(tables.shipped, index), () => environmentOf(pack));
  for (const [index, pack] of operatorPacks.entries())
    under(`custom rules “${pack}”`, columnOf(tables.custom, index), () => environmentOfOperatorPack(pack));
}

async function openScenario(environment: Readonly<Record<string, string>>): Promise<Scenario> {
  const portal = await openPortal({ environment });
  const tenant = await aTenant(portal, { language: 'en' });
  const withLevel = (displayName: string, administratorLevel: AdministratorLevel): Promise<TestUser> =>
    aUser(portal, tenant, { displayName, administratorLevel, language: 'en' });
  const observed: Record<string, string> = {};
  return {
    ...{ portal, tenant, observed, ...signInHelpers(portal) },
    camille: await withLevel('Camille Laurent', 'global'),
    anne: await withLevel('Anne Roux', 'global'),
    awa: await withLevel('Awa Ndiaye', 'userManagement'),
    rosa: await withLevel('Rosa Lind', 'billing'),
    zoe: await withLevel('Zoé Besson', 'none'),
    noah: await withLevel('Noah Diop', 'none'),
    notePage: async (what, person, path, selector = 'h1') => {
      await person.visit(path);
      observed[what] = `${person.status} ${textsOf(person, selector)}`.trim();
    },
    noteResponse: async (what, person, path, fields = {}) => {
      const { status, text, headers } = await person.send('POST', path, fields);
      const said = headers.location ?? /<h1>([^]*?)<\/h1>/.exec(text)?.[1] ?? '';
      observed[what] = `${status} ${normalizeSpace(withoutIds(said))}`.trim();
    },
    noteLog: async () => {
      observed['recorded log entries'] = await namesIn(portal, tenant);
    },
  };
}

function signInHelpers(portal: Portal): Pick<Scenario, 'newStranger' | 'signIn' | 'codeOf'> {
  const seeds = new Map<string, string>();
  const codeNow = (user: TestUser): string => (seeds.has(user.id) ? totpCode(portal, seeds.get(user.id)!) : '');
  return {
    newStranger: () => aPerson(portal, english),
    codeOf: codeNow,
    signIn: async (user) => {
      const person = await aPerson(portal, english).signIn(user);
      if (person.path === paths.ownSecondFactor) {
        seeds.set(user.id, seedOn(person));
        await person.submit('Finish setup', { Code: codeNow(user) });
      } else if (person.path === paths.signInCode) await person.submit('Sign in', { Code: codeNow(user) });
      // Each code is accepted only once.
      if (seeds.has(user.id)) portal.clock.now += 60_000;
      return person;
    },
  };
}

async function namesIn({ database }: Portal, { scope }: TestTenant): Promise<string> {
  const whole = { filter: wholeLog, order: 'oldestFirst', after: null, before: null, limit: 100 } as const;
  const entries = await activityStore.listEntries(database, scope, whole);
  const names = entries.map(({ activity }) => nameOf(activity)).filter((name) => !name.startsWith('signIn'));
  return names.join(', ');
}

const nameOf = ({ event }: Activity): string =>
  event.kind === 'refused' ? `${event.action} refused: ${event.because}` : event.kind;

/** @returns the text of each element of a page that matches the selector, in document order */
export function textsOf(person: Person, selector: string): string {
  if (!(person.headers['content-type'] ?? '').startsWith('text/html')) return 'a file';
  const all = person.$('main').find(selector).toArray();
  return all.map((element) => normalizeSpace(person.$(element).text())).join(' · ');
}

const withoutIds = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…');

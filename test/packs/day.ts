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
import { environmentOfOwn, ownPacks } from './own-packs.ts';
import { columnOf, environmentOf, packs, type Row } from './packs.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

type Fields = Readonly<Record<string, string>>;

/** A day under a pack: always the same people, who read English, and what they find. */
export interface Day {
  readonly portal: Portal;
  readonly tenant: TestTenant;
  readonly camille: TestUser;
  /** Another Global admin. */
  readonly anne: TestUser;
  readonly awa: TestUser;
  readonly rosa: TestUser;
  readonly zoe: TestUser;
  readonly noah: TestUser;
  readonly found: Record<string, string>;
  readonly aStranger: () => Person;
  /** Signs in, with a code where the pack asks for one, which the person then sets up first. */
  readonly signIn: (user: TestUser) => Promise<Person>;
  /** What an app that was set up on the way in shows now; nothing where there is none. */
  readonly codeOf: (user: TestUser) => string;
  /** Notes the status of a page, and the texts that match. */
  readonly look: (what: string, person: Person, path: string, selector?: string) => Promise<void>;
  /** Notes how a form is answered: its status, where it leads, or what the page is called. */
  readonly send: (what: string, person: Person, path: string, fields?: Fields) => Promise<void>;
  /** Notes what the log holds now, but the signing in. */
  readonly readLog: () => Promise<void>;
}

/** Tells one part of the day under every pack that comes with Parvis, and under some that an operator may write. */
export function tell(
  part: string,
  tables: { readonly shipped: readonly Row[]; readonly own: readonly Row[] },
  observe: (day: Day) => Promise<void>,
): void {
  const under = (pack: string, column: Record<string, string>, environment: () => unknown): void => {
    describe(`${part} under ${pack}`, () => {
      test('goes like this', async () => {
        const day = await openDay((await environment()) as Record<string, string>);
        await observe(day);
        assert.deepEqual(day.found, column);
      });
    });
  };
  for (const [index, pack] of packs.entries()) under(pack, columnOf(tables.shipped, index), () => environmentOf(pack));
  for (const [index, pack] of ownPacks.entries())
    under(`rules of an operator’s own, “${pack}”`, columnOf(tables.own, index), () => environmentOfOwn(pack));
}

async function openDay(environment: Readonly<Record<string, string>>): Promise<Day> {
  const portal = await openPortal({ environment });
  const tenant = await aTenant(portal, { language: 'en' });
  const withLevel = (displayName: string, administratorLevel: AdministratorLevel): Promise<TestUser> =>
    aUser(portal, tenant, { displayName, administratorLevel, language: 'en' });
  const found: Record<string, string> = {};
  return {
    ...{ portal, tenant, found, ...doors(portal) },
    camille: await withLevel('Camille Laurent', 'global'),
    anne: await withLevel('Anne Roux', 'global'),
    awa: await withLevel('Awa Ndiaye', 'userManagement'),
    rosa: await withLevel('Rosa Lind', 'billing'),
    zoe: await withLevel('Zoé Besson', 'none'),
    noah: await withLevel('Noah Diop', 'none'),
    look: async (what, person, path, selector = 'h1') => {
      await person.visit(path);
      found[what] = `${person.status} ${textsOf(person, selector)}`.trim();
    },
    send: async (what, person, path, fields = {}) => {
      const { status, text, headers } = await person.send('POST', path, fields);
      const said = headers.location ?? /<h1>([^]*?)<\/h1>/.exec(text)?.[1] ?? '';
      found[what] = `${status} ${normalizeSpace(withoutIds(said))}`.trim();
    },
    readLog: async () => {
      found['the log keeps'] = await namesIn(portal, tenant);
    },
  };
}

function doors(portal: Portal): Pick<Day, 'aStranger' | 'signIn' | 'codeOf'> {
  const seeds = new Map<string, string>();
  const codeNow = (user: TestUser): string => (seeds.has(user.id) ? totpCode(portal, seeds.get(user.id)!) : '');
  return {
    aStranger: () => aPerson(portal, english),
    codeOf: codeNow,
    signIn: async (user) => {
      const person = await aPerson(portal, english).signIn(user);
      if (person.path === paths.ownSecondFactor) {
        seeds.set(user.id, seedOn(person));
        await person.submit('Finish setup', { Code: codeNow(user) });
      } else if (person.path === paths.signInCode) await person.submit('Sign in', { Code: codeNow(user) });
      // No code opens twice.
      if (seeds.has(user.id)) portal.clock.now += 60_000;
      return person;
    },
  };
}

async function namesIn({ database }: Portal, { scope }: TestTenant): Promise<string> {
  const whole = { filter: wholeLog, order: 'oldestFirst', behind: null, before: null, limit: 100 } as const;
  const entries = await activityStore.stretch(database, scope, whole);
  const names = entries.map(({ activity }) => nameOf(activity)).filter((name) => !name.startsWith('signIn'));
  return names.join(', ');
}

const nameOf = ({ event }: Activity): string =>
  event.kind === 'refused' ? `${event.action} refused: ${event.because}` : event.kind;

/** @returns the texts of a page that match, in their order */
export function textsOf(person: Person, selector: string): string {
  if (!(person.headers['content-type'] ?? '').startsWith('text/html')) return 'a file';
  const all = person.$('main').find(selector).toArray();
  return all.map((element) => normalizeSpace(person.$(element).text())).join(' · ');
}

const withoutIds = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…');

import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { paths } from '../../../src/site/http/paths.ts';
import type { RegionRules } from '../../../src/domain/regions.ts';
import { anAccount, aVisitor, personNamed, StepFault, visitorOf, type Step, type Story } from '../story.ts';
import { setUpSecondFactor } from './second-factor-codes.ts';
import { aPassword, arrivalAddress, givePassword, replacePassword, signIn } from './sign-in.ts';

/** The company that will move comes to the first region. */
export const foundingStep: Step = {
  title: 'Add the company that will move, whose administrator signs in',
  act: async (story) => {
    const { region, plant, learn, company, people } = story;
    company.domain = `${plant('domain of the company that moves', 'moved')}.example`;
    const username = `${plant('user name of its administrator')}@${company.domain}`;
    const names = ['--name', `Company ${plant('name of the company that moves')}`, '--domain', company.domain];
    const admin = ['--admin-name', `Ada ${plant('name of its administrator')}`, '--admin-username', username];
    const language = ['--language', region.rules.defaultLanguage];
    const printed = await region.command(['tenant', 'add', ...names, ...admin, ...language, '--json']);
    const { tenantId, temporaryPassword } = JSON.parse(printed) as { tenantId: string; temporaryPassword: string };
    company.tenantId = learn('id of the company that moves', 'moved', tenantId);
    learn('temporary password printed to the operator', 'secret', temporaryPassword);
    people.set('administrator', anAccount(username, temporaryPassword));
    await replacePassword(story, 'administrator');
    await signIn(story, 'administrator');
  },
};

interface Key {
  readonly recipient: string;
  readonly fingerprint: string;
}
const keyOf = async ({ region }: Story): Promise<Key> =>
  JSON.parse(await region.command(['region', 'key', '--json'])) as Key;

/** Tables in which nothing needs to have stood. */
function mayBeEmpty({ operations, supportAccess }: RegionRules): ReadonlySet<string> {
  const isHere = (operation: keyof typeof operations): boolean => operations[operation].at === 'here';
  return new Set([
    // Sessions ended when the company began to move, and deliveries are gone when they were sent.
    ...['user_sessions', 'deliveries'],
    ...(isHere('users.import') ? [] : ['imports', 'import_rows']),
    ...(isHere('users.resetPassword') || isHere('users.add') ? [] : ['one_time_links']),
    ...(supportAccess.grant === 'allowed' ? [] : ['support_grants']),
  ]);
}

const maxAttempts = 5;

/** Again where the files were busy: it does only what is left to do. */
async function done({ region }: Story, args: readonly string[], tries = 1): Promise<string> {
  return region.command(args).catch((error: unknown) => {
    if (tries === maxAttempts) throw error;
    return done({ region } as Story, args, tries + 1);
  });
}

/** What two operators do, who hand each other a bundle and a receipt. */
export const movingStep: Step = {
  title: 'Move a company to the other region: out, in, and gone for good at the first',
  act: async (here, there) => {
    const { tenantId } = here.company;
    // On the way it belongs to no region.
    const way = mkdtempSync(path.join(realpathSync(tmpdir()), 'parvis-way-'));
    const [bundle, receipt] = [path.join(way, 'bundle'), path.join(way, 'receipt')];
    try {
      const { recipient } = await keyOf(there);
      const out = ['--to', there.region.id, '--recipient', recipient, '--passwords', 'keep', '--file', bundle];
      await here.region.command(['tenant', 'move-out', tenantId, ...out, '--json']);
      here.exports.push({ name: 'bundle of a company that moves', text: readFileSync(bundle, 'latin1'), sealed: true });
      await there.region.command(['tenant', 'move-in', bundle, '--receipt', receipt, '--json']);
      const report = await done(here, ['tenant', 'move-done', tenantId, '--receipt', receipt, '--json']);
      const { tables } = JSON.parse(report) as { tables: { table: string; was: number; left: number }[] };
      const left = tables.filter(({ left: rows }) => rows > 0).map(({ table }) => table);
      if (left.length > 0) throw new StepFault(`rows are left in ${left.join(', ')}`);
      const none = mayBeEmpty(here.region.rules);
      const empty = tables.filter(({ was, table }) => was === 0 && !none.has(table)).map(({ table }) => table);
      if (empty.length > 0) throw new StepFault(`nothing stood in ${empty.join(', ')}`);
    } finally {
      rmSync(way, { recursive: true });
    }
  },
};

/** What the two regions know of it afterwards. */
export const movedSteps: readonly Step[] = [
  {
    title: 'Come to the door that the company has left, and in at the new one with the password from before',
    act: async (here, there) => {
      const { username } = personNamed(here, 'administrator');
      const visitor = aVisitor(here);
      await visitor.get(paths.signIn);
      const led = await visitor.send(paths.signIn, { username });
      if (led.away !== arrivalAddress(here, there)) throw new StepFault('nobody was led to the new region');
      const both = { username, password: aPassword(here, 'password at the door that was left') };
      const answer = await visitor.send(paths.signInPassword, both);
      if (answer.status >= 500) throw new StepFault(`the door that was left answered ${answer.status}`);
      await signIn(there, 'administrator');
      const admin = visitorOf(there, 'administrator');
      // What is not done at the new region is a page that says where it is.
      for (const page of [paths.users, paths.activityLog, paths.approvals, paths.supportAccess]) {
        const { status } = await admin.get(page);
        if (status !== 200) throw new StepFault(`a page at the new region answered ${status}`);
      }
    },
  },
  {
    title:
      'Sign in at the new region without the second factor that stayed behind, and set up a new one before all else',
    act: async (_, there) => {
      const account = personNamed(there, 'second administrator');
      const visitor = aVisitor(there);
      const page = await givePassword(account, visitor);
      if (page.path !== paths.ownSecondFactor) throw new StepFault('no new second factor was asked for');
      await setUpSecondFactor(there, account, visitor);
    },
  },
  {
    title: 'Ask both regions by command what they know of the move',
    act: async (here, there) => {
      const asked = [
        ['tenant', 'moves'],
        ['tenant', 'list'],
        ['activity', 'verify'],
      ];
      const ask = async ({ region }: Story): Promise<void> => {
        for (const command of asked) await region.command([...command, '--json']);
      };
      await Promise.all([here, there].map(ask));
    },
  },
];

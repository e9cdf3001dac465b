import { paths } from '../../../src/site/http/paths.ts';
import type { RegionRules } from '../../../src/domain/regions.ts';
import { newAccount, newVisitor, getAccount, StepFault, getVisitor, type Step, type Scenario } from '../scenario.ts';
import { deletedRowsIn, exportBundle, importBundle, inTransit, runWithRetries } from './moving-commands.ts';
import { setUpSecondFactor } from './second-factor-codes.ts';
import { plantPassword, arrivalAddress, submitPassword, replacePassword, signIn } from './sign-in.ts';

/** Adds to the first region the tenant that will move. */
export const addMovingTenantStep: Step = {
  title: 'Add the tenant that will move, and sign in as its administrator',
  act: async (scenario) => {
    const { region, plant, track, tenant, people } = scenario;
    tenant.domain = `${plant('domain of the moving tenant', 'moved')}.example`;
    const username = `${plant('user name of its administrator')}@${tenant.domain}`;
    const names = ['--name', `Tenant ${plant('name of the moving tenant')}`, '--domain', tenant.domain];
    const admin = ['--admin-name', `Ada ${plant('name of its administrator')}`, '--admin-username', username];
    const language = ['--language', region.rules.defaultLanguage];
    const printed = await region.command(['tenant', 'add', ...names, ...admin, ...language, '--json']);
    const { tenantId, temporaryPassword } = JSON.parse(printed) as { tenantId: string; temporaryPassword: string };
    tenant.tenantId = track('id of the moving tenant', 'moved', tenantId);
    track('temporary password printed to the operator', 'secret', temporaryPassword);
    people.set('administrator', newAccount(username, temporaryPassword));
    await replacePassword(scenario, 'administrator');
    await signIn(scenario, 'administrator');
  },
};

/** @returns the tables in which the tenant may have had no rows before the move */
function tablesThatMayBeEmpty({ operations, supportAccess }: RegionRules): ReadonlySet<string> {
  const isHere = (operation: keyof typeof operations): boolean => operations[operation].at === 'here';
  return new Set([
    // Sessions end when the move starts, and deliveries are deleted after they have been sent.
    ...['user_sessions', 'deliveries'],
    ...(isHere('users.import') ? [] : ['imports', 'import_rows']),
    ...(isHere('users.resetPassword') || isHere('users.add') ? [] : ['one_time_links']),
    ...(supportAccess.grant === 'allowed' ? [] : ['support_grants']),
  ]);
}

/** The step in which the two operators exchange the bundle and the receipt. */
export const movingStep: Step = {
  title: 'Move a tenant to the other region and erase it in the first',
  act: (here, there) =>
    inTransit(there, async (transit) => {
      const receipt = await importBundle(there, await exportBundle(here, there, transit), transit);
      const options = ['--receipt', receipt, '--accept-key', transit.fingerprint, '--yes', '--json'];
      const done = await runWithRetries(here, ['tenant', 'move-done', here.tenant.tenantId, ...options]);
      const deleted = deletedRowsIn(done);
      const none = tablesThatMayBeEmpty(here.region.rules);
      const empty = deleted.filter(({ was, table }) => was === 0 && !none.has(table)).map(({ table }) => table);
      if (empty.length > 0) throw new StepFault(`there were no rows in ${empty.join(', ')}`);
    }),
};

/** The steps that check what both regions report after the move. */
export const movedSteps: readonly Step[] = [
  {
    title: 'Sign in at the former region, which redirects, then at the new region with the same password',
    act: async (here, there) => {
      const { username } = getAccount(here, 'administrator');
      const visitor = newVisitor(here);
      await visitor.get(paths.signIn);
      const redirect = await visitor.send(paths.signIn, { username });
      if (redirect.away !== arrivalAddress(here, there))
        throw new StepFault('the former region did not redirect to the new one');
      const both = { username, password: plantPassword(here, 'password entered at the former region') };
      const answer = await visitor.send(paths.signInPassword, both);
      if (answer.status >= 500) throw new StepFault(`the former region answered ${answer.status}`);
      await signIn(there, 'administrator');
      const admin = getVisitor(there, 'administrator');
      // Even an operation that the new region does not offer has a page, which names the place that performs it.
      for (const page of [paths.users, paths.activityLog, paths.approvals, paths.supportAccess]) {
        const { status } = await admin.get(page);
        if (status !== 200) throw new StepFault(`a page at the new region answered ${status}`);
      }
    },
  },
  {
    title: 'Sign in at the new region, where the second factor has to be set up again',
    act: async (_, there) => {
      const account = getAccount(there, 'second administrator');
      const visitor = newVisitor(there);
      const page = await submitPassword(account, visitor);
      if (page.path !== paths.ownSecondFactor) throw new StepFault('no new second factor was required');
      await setUpSecondFactor(there, account, visitor);
    },
  },
  {
    title: 'List the move in both regions by the operator’s commands',
    act: async (here, there) => {
      const asked = [
        ['tenant', 'moves'],
        ['tenant', 'list'],
        ['activity', 'verify'],
      ];
      const ask = async ({ region }: Scenario): Promise<void> => {
        for (const command of asked) await region.command([...command, '--json']);
      };
      await Promise.all([here, there].map(ask));
    },
  },
];

import { paths } from '../../../src/site/http/paths.ts';
import { decode } from '../forms.ts';
import { newAccount, newVisitor, expect, getAccount, StepFault, getVisitor, type Step } from '../scenario.ts';
import { plantPassword, arrivalAddress, signIn } from './sign-in.ts';

/** The steps that set up the first tenant and the directory and sign users in, including at the wrong region. */
export const setUpAndSignInSteps: readonly Step[] = [
  {
    title: 'Set up the first tenant and its first administrator through the set-up link',
    sequential: true,
    act: async (scenario) => {
      const { region, plant, track, tenant, people } = scenario;
      const link = /\/set-up\/(\S+)/.exec(region.output());
      if (link?.[1] === undefined) throw new StepFault('no set-up link was printed');
      track('set-up link', 'token', link[1]);
      tenant.domain = `${plant('tenant domain', 'domain')}.example`;
      const username = `${plant('user name of the first administrator')}@${tenant.domain}`;
      const password = plantPassword(scenario, 'password of the first administrator');
      const visitor = newVisitor(scenario);
      expect(await visitor.get(link[0]), 200);
      const language = region.rules.defaultLanguage;
      const form = { tenantName: '', domain: tenant.domain, language, adminName: '', username };
      const again = {
        newPassword: plant('password that was repeated incorrectly', 'secret'),
        confirmPassword: 'another',
      };
      expect(await visitor.send(link[0], { ...form, ...again }), 422);
      const names = {
        tenantName: `Tenant ${plant('tenant name')}`,
        adminName: `Ada ${plant('name of the first administrator')}`,
      };
      const passwords = { newPassword: password, confirmPassword: password };
      expect(await visitor.send(link[0], { ...form, ...names, ...passwords }), 200);
      people.set('administrator', newAccount(username, password));
    },
  },
  {
    title: 'Transfer the signed directory to the other region, which verifies it',
    act: async ({ region, tenant, exports }, there) => {
      await region.command(['route', 'add', tenant.domain, region.id]);
      const directory = await region.command(['route', 'export']);
      const { fingerprint } = JSON.parse(await region.command(['route', 'key', '--json'])) as { fingerprint: string };
      await there.region.command(['route', 'import', '-', '--accept-key', fingerprint], directory);
      exports.push({ name: 'directory as exported', text: directory, mayHoldDomains: true });
    },
  },
  {
    title: 'Sign in with a wrong password, with an unknown user name, then correctly',
    act: async (scenario) => {
      const { plant, tenant } = scenario;
      const visitor = newVisitor(scenario);
      const { username } = getAccount(scenario, 'administrator');
      for (const name of [username, `${plant('unknown user name')}@${tenant.domain}`]) {
        await visitor.get(paths.signIn);
        expect(await visitor.send(paths.signIn, { username: name }), 200);
        expect(await visitor.send(paths.signInPassword, { password: plantPassword(scenario, 'wrong password') }), 422);
      }
      await signIn(scenario, 'administrator');
      const page = expect(await getVisitor(scenario, 'administrator').get(paths.accountSettings), 200);
      if (!decode(page.text).includes(tenant.domain))
        throw new StepFault('the account settings do not show the tenant’s domain');
    },
  },
  {
    title: 'Sign in at the wrong region, through its form and by posting user name and password',
    act: async (here, there) => {
      const stranger = getAccount(there, 'administrator');
      // Anything that a user of the other region enters here belongs to that region, so it is tracked there.
      const device = there.plant('device name at the wrong region');
      const visitor = newVisitor(here, device);
      await visitor.get(paths.signIn);
      const redirect = await visitor.send(paths.signIn, { username: stranger.username });
      if (redirect.away !== arrivalAddress(here, there))
        throw new StepFault('a user of the other region was not redirected to it');
      const both = { username: stranger.username, password: stranger.password };
      await visitor.get(paths.signIn);
      for (const path of [paths.signInPassword, paths.signIn, paths.changePassword, paths.home]) {
        const answer = await visitor.send(path, both);
        if (answer.status >= 500) throw new StepFault(`the wrong region answered ${answer.status}`);
      }
      // Send the user name in a query to health checks only: every page would show the visitor its own address.
      const query = `?username=${encodeURIComponent(stranger.username)}`;
      for (const path of [paths.health, paths.readiness]) expect(await visitor.get(path + query), 200);
      expect(await getVisitor(there, 'administrator').get(paths.dashboard), 200);
      const carried = getVisitor(there, 'administrator').session();
      const cookie = { Cookie: `parvis-${here.region.id}-session=${carried}` };
      const foreign = await newVisitor(here, device, cookie).get(paths.dashboard);
      if (foreign.path !== paths.signIn) throw new StepFault('a session of the other region was accepted');
    },
  },
];

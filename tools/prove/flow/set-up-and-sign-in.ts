import { paths } from '../../../src/site/http/paths.ts';
import { decode } from '../forms.ts';
import { anAccount, aVisitor, expect, personNamed, StepFault, visitorOf, type Step } from '../story.ts';
import { aPassword, arrivalAddress, signIn } from './sign-in.ts';

/** How people come in: the first company, the directory, the right door and the wrong one. */
export const entranceSteps: readonly Step[] = [
  {
    title: 'Set up the first company by its link, with its first administrator',
    inTurn: true,
    act: async (story) => {
      const { region, plant, learn, company, people } = story;
      const link = /\/set-up\/(\S+)/.exec(region.output());
      if (link?.[1] === undefined) throw new StepFault('no set-up link was printed');
      learn('set-up link', 'token', link[1]);
      company.domain = `${plant('company domain', 'domain')}.example`;
      const username = `${plant('user name of the first administrator')}@${company.domain}`;
      const password = aPassword(story, 'password of the first administrator');
      const visitor = aVisitor(story);
      expect(await visitor.get(link[0]), 200);
      const language = region.rules.defaultLanguage;
      const form = { tenantName: '', domain: company.domain, language, adminName: '', username };
      const again = { newPassword: plant('password refused for its repetition', 'secret'), confirmPassword: 'another' };
      expect(await visitor.send(link[0], { ...form, ...again }), 422);
      const names = {
        tenantName: `Company ${plant('company name')}`,
        adminName: `Ada ${plant('name of the first administrator')}`,
      };
      const passwords = { newPassword: password, confirmPassword: password };
      expect(await visitor.send(link[0], { ...form, ...names, ...passwords }), 200);
      people.set('administrator', anAccount(username, password));
    },
  },
  {
    title: 'Carry the directory to the other region: exported, signed, imported, verified',
    act: async ({ region, company, exports }, there) => {
      await region.command(['route', 'add', company.domain, region.id]);
      const directory = await region.command(['route', 'export']);
      await there.region.command(['route', 'import', '-'], directory);
      exports.push({ name: 'directory as exported', text: directory, mayHoldDomains: true });
    },
  },
  {
    title: 'Sign in: a wrong password, a name that nobody has, then the right ones',
    act: async (story) => {
      const { plant, company } = story;
      const visitor = aVisitor(story);
      const { username } = personNamed(story, 'administrator');
      for (const name of [username, `${plant('user name that nobody has')}@${company.domain}`]) {
        await visitor.get(paths.signIn);
        expect(await visitor.send(paths.signIn, { username: name }), 200);
        expect(await visitor.send(paths.signInPassword, { password: aPassword(story, 'wrong password') }), 422);
      }
      await signIn(story, 'administrator');
      const page = expect(await visitorOf(story, 'administrator').get(paths.accountSettings), 200);
      if (!decode(page.text).includes(company.domain))
        throw new StepFault('the account settings do not name the company');
    },
  },
  {
    title: 'Come to the wrong region’s door, by its form and by posting user name and password to it',
    act: async (here, there) => {
      const stranger = personNamed(there, 'administrator');
      // What somebody of the other region types here is theirs, and their region's: it is watched as such.
      const device = there.plant('device name at the wrong door');
      const visitor = aVisitor(here, device);
      await visitor.get(paths.signIn);
      const led = await visitor.send(paths.signIn, { username: stranger.username });
      if (led.away !== arrivalAddress(here, there))
        throw new StepFault('the other region’s user was not led to their own door');
      const both = { username: stranger.username, password: stranger.password };
      await visitor.get(paths.signIn);
      for (const path of [paths.signInPassword, paths.signIn, paths.changePassword, paths.home]) {
        const answer = await visitor.send(path, both);
        if (answer.status >= 500) throw new StepFault(`the wrong door answered ${answer.status}`);
      }
      // A page would repeat its own address to its reader; these have nothing to repeat it with.
      const query = `?username=${encodeURIComponent(stranger.username)}`;
      for (const path of [paths.health, paths.readiness]) expect(await visitor.get(path + query), 200);
      expect(await visitorOf(there, 'administrator').get(paths.dashboard), 200);
      const carried = visitorOf(there, 'administrator').session();
      const cookie = { Cookie: `parvis-${here.region.id}-session=${carried}` };
      const foreign = await aVisitor(here, device, cookie).get(paths.dashboard);
      if (foreign.path !== paths.signIn) throw new StepFault('a session of the other region opened something');
    },
  },
];

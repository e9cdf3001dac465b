import { paths, fillPath, userPath } from '../../../src/site/http/paths.ts';
import { newVisitor, expect, getAccount, StepFault, getVisitor, type Step } from '../scenario.ts';
import { signIn } from './sign-in.ts';
import { approveIfRequired } from './approval-requests.ts';
import { eventually } from './credentials.ts';

const query = (parameters: Readonly<Record<string, string>>): string => `?${String(new URLSearchParams(parameters))}`;

/** The steps with searches, exports, personal preferences and errors. */
export const searchAndExportSteps: readonly Step[] = [
  {
    title: 'Search, filter and sort the list of users',
    operation: 'users.list',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const searched = {
        q: `zoe ${scenario.plant('search word')}`,
        level: 'none',
        status: 'active',
        sort: '-lastSignIn',
      };
      expect(await admin.get(paths.users + query(searched)), 200);
      expect(await admin.get(paths.users + query({ sort: scenario.plant('unknown sort key') })), 200);
      expect(await admin.get(userPath(getAccount(scenario, 'member').id)), 200);
    },
  },
  {
    title: 'Read the activity log by person, kind and days',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const filters = { person: scenario.plant('person in a filter of the log'), kind: 'users', from: '2026-01-01' };
      expect(await admin.get(paths.activityLog + query(filters)), 200);
      const unknown = { kind: scenario.plant('unknown kind in a filter of the log') };
      expect(await admin.get(paths.activityLog + query(unknown)), 200);
    },
  },
  {
    title: 'Export the activity log in both formats',
    supportedBy: ({ activityLog }) => activityLog.export === 'allowed',
    unsupportedReason: 'the log cannot be exported',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      for (const path of [paths.activityCsv, paths.activityJsonLines]) {
        const { text } = await approveIfRequired(scenario, expect(await admin.get(path), 200));
        scenario.exports.push({ name: `activity log as ${path.split('.').at(-1) ?? ''}`, text });
      }
    },
  },
  {
    title: 'Export the activity log by the operator’s command',
    act: async ({ region, tenant, exports }) => {
      const text = await region.command(['activity', 'export', '--tenant', tenant.tenantId]);
      exports.push({ name: 'activity log by the operator’s command', text });
    },
  },
  {
    title: 'Export one’s own personal data',
    act: async (scenario) => {
      await signIn(scenario, 'member');
      const member = getVisitor(scenario, 'member');
      for (const path of [paths.myProfile, paths.ownSecurity, paths.ownSessions, paths.ownData])
        expect(await member.get(path), 200);
      const own = expect(await member.get(paths.ownDataFile), 200);
      scenario.exports.push({ name: 'own personal data', text: own.text });
    },
  },
  {
    title: 'Export another user’s personal data',
    operation: 'users.view',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const userId = getAccount(scenario, 'member').id;
      await admin.get(fillPath(paths.userData, { userId }));
      expect(await admin.send(fillPath(paths.userData, { userId })), 200);
      const { text } = expect(await admin.send(fillPath(paths.userDataFile, { userId })), 200);
      scenario.exports.push({ name: 'personal data of another user', text });
    },
  },
  {
    title: 'Choose a language and a theme; change the tenant’s rules, and enter an invalid number',
    act: async (scenario) => {
      const member = getVisitor(scenario, 'member');
      await member.get(paths.myProfile);
      const returnTo = `${paths.myProfile}?${scenario.plant('address to return to')}`;
      expect(
        await member.send(paths.language, { language: scenario.region.rules.languages.at(-1) ?? '', returnTo }),
        200,
      );
      expect(await member.send(paths.theme, { theme: 'dark', returnTo }), 200);
      const admin = getVisitor(scenario, 'administrator');
      expect(await admin.get(paths.rules), 200);
      const number = /<input[^>]* name="(\w+)" type="text"/.exec(admin.last?.text ?? '')?.[1];
      if (number !== undefined)
        expect(await admin.send(paths.rules, { [number]: scenario.plant('invalid number in the rules') }), 422);
      expect(await admin.get(paths.rules), 200);
      expect(await admin.send(paths.rules), 200);
    },
  },
  {
    title: 'Cause errors: unknown addresses, forms without a token, forbidden actions, forged headers and cookies',
    act: async (scenario) => {
      const { plant } = scenario;
      const member = getVisitor(scenario, 'member');
      expect(await member.get(`/${plant('unknown address')}`), 404);
      expect(await member.get(`${userPath(plant('unknown id'))}?x=${plant('unknown parameter')}`), 403, 404);
      const refused = await member.send(paths.newUser, { username: plant('user name in a forbidden form') });
      if (refused.status < 400) throw new StepFault('a forbidden form was accepted');
      const headers = {
        Cookie: `parvis-${scenario.region.id}-device=${plant('forged cookie')}`,
        Referer: `https://${plant('referring page')}.example/`,
        'X-Forwarded-For': plant('forwarded address'),
        'X-Request-Id': plant('request id in a header'),
      };
      const stranger = newVisitor(scenario, plant('device name (User-Agent)'), headers);
      expect(await stranger.send(paths.signIn, { username: plant('user name without a token') }), 403);
      expect(await stranger.get(`/%${plant('broken address')}`), 400, 404);
    },
  },
  {
    // This runs before any user is erased, because an erasure deletes the user's messages from the outbox.
    title: 'Wait for the mails',
    act: async (scenario) => {
      const first = await eventually(() => scenario.mails()[0]);
      if (first === null) throw new StepFault('no mail was sent');
    },
  },
];

import { paths, to, userPath } from '../../../src/site/http/paths.ts';
import { aVisitor, expect, personNamed, StepFault, visitorOf, type Step } from '../story.ts';
import { signIn } from './sign-in.ts';
import { settled } from './approval-requests.ts';
import { eventually } from './credentials.ts';

const query = (parameters: Readonly<Record<string, string>>): string => `?${String(new URLSearchParams(parameters))}`;

/** What people look for and take away, what they choose for themselves, and what goes wrong. */
export const readingSteps: readonly Step[] = [
  {
    title: 'Search, filter and sort the list of users',
    operation: 'users.list',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const searched = { q: `zoe ${story.plant('search word')}`, level: 'none', status: 'active', sort: '-lastSignIn' };
      expect(await admin.get(paths.users + query(searched)), 200);
      expect(await admin.get(paths.users + query({ sort: story.plant('unknown sorting') })), 200);
      expect(await admin.get(userPath(personNamed(story, 'member').id)), 200);
    },
  },
  {
    title: 'Read the activity log by person, kind and days',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const filters = { person: story.plant('person in a filter of the log'), kind: 'users', from: '2026-01-01' };
      expect(await admin.get(paths.activityLog + query(filters)), 200);
      const unknown = { kind: story.plant('unknown kind in a filter of the log') };
      expect(await admin.get(paths.activityLog + query(unknown)), 200);
    },
  },
  {
    title: 'Take the activity log away in both forms',
    where: ({ activityLog }) => activityLog.export === 'allowed',
    otherwise: 'the log is not taken away',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      for (const path of [paths.activityCsv, paths.activityJsonLines]) {
        const { text } = await settled(story, expect(await admin.get(path), 200));
        story.exports.push({ name: `activity log as ${path.split('.').at(-1) ?? ''}`, text });
      }
    },
  },
  {
    title: 'Take the activity log away by the operator’s command',
    act: async ({ region, company, exports }) => {
      const text = await region.command(['activity', 'export', '--tenant', company.tenantId]);
      exports.push({ name: 'activity log by the operator’s command', text });
    },
  },
  {
    title: 'Take away what is held of oneself, and of somebody else',
    act: async (story) => {
      await signIn(story, 'member');
      const member = visitorOf(story, 'member');
      for (const path of [paths.myProfile, paths.ownSecurity, paths.ownSessions, paths.ownData])
        expect(await member.get(path), 200);
      const own = expect(await member.get(paths.ownDataFile), 200);
      story.exports.push({ name: 'personal data, one’s own', text: own.text });
    },
  },
  {
    title: 'Take away what is held of somebody else',
    operation: 'users.view',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const userId = personNamed(story, 'member').id;
      await admin.get(to(paths.userData, { userId }));
      expect(await admin.send(to(paths.userData, { userId })), 200);
      const { text } = expect(await admin.send(to(paths.userDataFile, { userId })), 200);
      story.exports.push({ name: 'personal data of somebody else', text });
    },
  },
  {
    title: 'Choose a language and a theme; set own rules, and one that is no number',
    act: async (story) => {
      const member = visitorOf(story, 'member');
      await member.get(paths.myProfile);
      const returnTo = `${paths.myProfile}?${story.plant('address to return to')}`;
      expect(await member.send(paths.language, { language: story.region.rules.languages.at(-1) ?? '', returnTo }), 200);
      expect(await member.send(paths.theme, { theme: 'dark', returnTo }), 200);
      const admin = visitorOf(story, 'administrator');
      expect(await admin.get(paths.rules), 200);
      const number = /<input[^>]* name="(\w+)" type="text"/.exec(admin.last?.text ?? '')?.[1];
      if (number !== undefined)
        expect(await admin.send(paths.rules, { [number]: story.plant('number of the own rules') }), 422);
      expect(await admin.get(paths.rules), 200);
      expect(await admin.send(paths.rules), 200);
    },
  },
  {
    title:
      'Run into errors: unknown addresses, forms without their token, what is forbidden, strange headers and cookies',
    act: async (story) => {
      const { plant } = story;
      const member = visitorOf(story, 'member');
      expect(await member.get(`/${plant('unknown address')}`), 404);
      expect(await member.get(`${userPath(plant('unknown id'))}?x=${plant('unknown parameter')}`), 403, 404);
      const refused = await member.send(paths.newUser, { username: plant('user name in a forbidden form') });
      if (refused.status < 400) throw new StepFault('a forbidden form was taken');
      const headers = {
        Cookie: `parvis-${story.region.id}-device=${plant('forged cookie')}`,
        Referer: `https://${plant('referring page')}.example/`,
        'X-Forwarded-For': plant('forwarded address'),
        'X-Request-Id': plant('request id of the sender'),
      };
      const stranger = aVisitor(story, plant('device name (User-Agent)'), headers);
      expect(await stranger.send(paths.signIn, { username: plant('user name without a token') }), 403);
      expect(await stranger.get(`/%${plant('broken address')}`), 400, 404);
    },
  },
  {
    // Before anybody is erased: that also empties the folder of mails.
    title: 'Wait for the mails',
    act: async (story) => {
      const first = await eventually(() => story.mails()[0]);
      if (first === null) throw new StepFault('no mail was sent');
    },
  },
];

import { paths, to } from '../../../paths.ts';
import { expect, personNamed, StepFault, temporaryPasswordsOn, visitorOf, type Step, type Story } from '../story.ts';

const chosen = (story: Story): string[] => ['colleague', 'newcomer'].map((name) => personNamed(story, name).id);

async function inBulk(story: Story, action: string): Promise<void> {
  const admin = visitorOf(story, 'administrator');
  const ids = chosen(story);
  const asked = new URLSearchParams([['action', action], ...ids.map((id): [string, string] => ['user', id])]);
  await admin.get(`${paths.bulkUsers}?${String(asked)}`);
  expect(await admin.send(paths.bulkUsers, { action, user: ids }), 200);
}

const longestWorkMs = 30_000;

/** What administrators do with many at once, and with files. */
export const manySteps: readonly Step[] = [
  {
    title: 'Block several users at once, and let them in again',
    operation: 'users.block',
    act: async (story) => {
      await inBulk(story, 'block');
      await inBulk(story, 'unblock');
    },
  },
  {
    title: 'Reset several passwords at once',
    operation: 'users.resetPassword',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const asked = new URLSearchParams([
        ['action', 'reset'],
        ...chosen(story).map((id): [string, string] => ['user', id]),
      ]);
      await admin.get(`${paths.bulkUsers}?${String(asked)}`);
      const text = admin.last?.text ?? '';
      const target = [...text.matchAll(/name="target" value="([^"]+)"/g)].map(([, value]) => value ?? '');
      const page = expect(
        await admin.send(paths.bulkReset, { target: target.length > 0 ? target : chosen(story) }),
        200,
      );
      const passwords = temporaryPasswordsOn(page);
      if (passwords.length === 0) throw new StepFault('no temporary passwords were shown');
      for (const password of passwords) story.learn('temporary password of several', 'secret', password);
    },
  },
  {
    title: 'Import users from a file, with rows that are refused, and download their temporary passwords',
    operation: 'users.import',
    act: async (story) => {
      const { plant, learn, company, exports } = story;
      const admin = visitorOf(story, 'administrator');
      await admin.get(paths.importUsers);
      const row = (username: string, level: string): string =>
        [
          username,
          plant('first name in a file'),
          plant('last name in a file'),
          `Élodie ${plant('display name in a file')}`,
          level,
        ].join(',');
      const rows = [
        'username,firstName,lastName,displayName,administratorLevel',
        row(`${plant('user name in a file')}@${company.domain}`, 'none'),
        row(`${plant('user name in a file')}@${company.domain}`, 'billing'),
        row(
          `${plant('user name in a refused row')}@${plant('domain in a refused row')}.example`,
          plant('level in a refused row'),
        ),
      ];
      const name = `${plant('name of an imported file')}.csv`;
      const page = expect(await admin.upload(paths.importUsers, { name, content: rows.join('\r\n') }), 200);
      expect(await admin.send(page.path, { mode: 'good' }), 200);
      await untilDone(story, page.path);
      const address = to(paths.importPasswords, { importId: page.path.split('/').at(-1) ?? '' });
      const { text } = expect(await admin.send(address), 200);
      const passwords = temporaryPasswordsOn({ ...page, text });
      if (passwords.length !== 2) throw new StepFault('the file of temporary passwords does not hold two');
      for (const password of passwords) learn('temporary password of an import', 'secret', password);
      exports.push({ name: 'temporary passwords of an import', text, showsSecrets: true });
      const broken = {
        name: `${plant('name of an unreadable file')}.csv`,
        content: `${plant('heading of an unreadable file')};x\n1;2`,
      };
      await admin.get(paths.importUsers);
      expect(await admin.upload(paths.importUsers, broken), 422);
    },
  },
  {
    title: 'Export all users as a file',
    operation: 'users.export',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const answer = expect(await admin.get(paths.exportUsers), 200);
      story.exports.push({ name: 'users as a file', text: answer.text });
    },
  },
];

async function untilDone(story: Story, path: string): Promise<void> {
  const admin = visitorOf(story, 'administrator');
  const end = Date.now() + longestWorkMs;
  while (Date.now() < end) {
    const { text } = expect(await admin.get(path), 200);
    if (text.includes(`action="${path}/passwords"`)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new StepFault('the import was not done in time');
}

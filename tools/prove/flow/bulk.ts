import { paths, fillPath } from '../../../src/site/http/paths.ts';
import { expect, getAccount, StepFault, getVisitor, type Step, type Scenario } from '../scenario.ts';
import { approveIfRequired } from './approval-requests.ts';
import { eventually, trackCredentials } from './credentials.ts';

const several = ['colleague', 'newcomer'];
const chosen = (scenario: Scenario): string[] => several.map((name) => getAccount(scenario, name).id);

async function applyInBulk(scenario: Scenario, action: string): Promise<void> {
  const admin = getVisitor(scenario, 'administrator');
  const ids = chosen(scenario);
  const asked = new URLSearchParams([['action', action], ...ids.map((id): [string, string] => ['user', id])]);
  await admin.get(`${paths.bulkUsers}?${String(asked)}`);
  expect(await admin.send(paths.bulkUsers, { action, user: ids }), 200);
}

/** The steps with bulk actions of administrators and with imports and exports of files. */
export const bulkSteps: readonly Step[] = [
  {
    title: 'Block and unblock several users together',
    operation: 'users.block',
    act: async (scenario) => {
      await applyInBulk(scenario, 'block');
      await applyInBulk(scenario, 'unblock');
    },
  },
  {
    title: 'Reset several passwords together',
    operation: 'users.resetPassword',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const asked = new URLSearchParams([
        ['action', 'reset'],
        ...chosen(scenario).map((id): [string, string] => ['user', id]),
      ]);
      await admin.get(`${paths.bulkUsers}?${String(asked)}`);
      const text = admin.last?.text ?? '';
      const target = [...text.matchAll(/name="target" value="([^"]+)"/g)].map(([, value]) => value ?? '');
      const sent = { target: target.length > 0 ? target : chosen(scenario) };
      const page = expect(await admin.send(paths.bulkReset, sent), 200);
      const usernames = several.map((name) => getAccount(scenario, name).username);
      await trackCredentials(scenario, page, { usernames, what: 'of a bulk reset' });
    },
  },
  {
    title: 'Import users from a file with some refused rows, and hand over their credentials',
    operation: 'users.import',
    act: async (scenario) => {
      const { region, plant, tenant, exports } = scenario;
      const admin = getVisitor(scenario, 'administrator');
      await admin.get(paths.importUsers);
      const row = (username: string, level: string): string =>
        [
          username,
          plant('first name in a file'),
          plant('last name in a file'),
          `Élodie ${plant('display name in a file')}`,
          level,
        ].join(',');
      const usernames = several.map(() => `${plant('user name in a file')}@${tenant.domain}`);
      const rows = [
        'username,firstName,lastName,displayName,administratorLevel',
        ...usernames.map((username, index) => row(username, index === 0 ? 'none' : 'billing')),
        row(
          `${plant('user name in a refused row')}@${plant('domain in a refused row')}.example`,
          plant('level in a refused row'),
        ),
      ];
      const name = `${plant('name of an imported file')}.csv`;
      const page = expect(await admin.upload(paths.importUsers, { name, content: rows.join('\r\n') }), 200);
      expect(await admin.send(page.path, { mode: 'validRowsOnly' }), 200);
      await untilDone(scenario, page.path);
      const address = fillPath(paths.importPasswords, { importId: page.path.split('/').at(-1) ?? '' });
      const file = expect(await admin.send(address), 200);
      await trackCredentials(scenario, file, { usernames, what: 'of an import' });
      // If links are sent by email, the response is a page rather than a file.
      if (region.rules.handOver.by !== 'mailedLink')
        exports.push({ name: 'credentials of an import', text: file.text, showsSecrets: true });
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
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const { text } = await approveIfRequired(scenario, expect(await admin.get(paths.exportUsers), 200));
      scenario.exports.push({ name: 'users as a file', text });
    },
  },
];

async function untilDone(scenario: Scenario, path: string): Promise<void> {
  const admin = getVisitor(scenario, 'administrator');
  const done = await eventually(async () => {
    const { text } = expect(await admin.get(path), 200);
    return text.includes(`action="${path}/passwords"`) ? true : undefined;
  });
  if (done === null) throw new StepFault('the import did not finish in time');
}

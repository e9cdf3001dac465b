import type { Person } from '../support/person.ts';
import { paths } from '../../src/site/http/paths.ts';
import { goodPassword } from '../support/builders.ts';
import { custom, shipped } from './signing-in.table.ts';
import { describeUnderEachPack, textsOf, type Scenario } from './scenario.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describeUnderEachPack('signing in', { shipped, custom }, async (scenario) => {
  await asStranger(scenario);
  await withSecondFactor(scenario);
  await withTemporaryPassword(scenario);
  await untilTheSessionEnds(scenario);
  await scenario.noteLog();
});

async function asStranger({ newStranger, portal, zoe, observed, notePage }: Scenario): Promise<void> {
  const stranger = await newStranger().signIn({ ...zoe, clearPassword: 'wrong' });
  observed['help for a forgotten password'] = textsOf(stranger, 'details p');
  for (let attempts = 2; stranger.status !== 429; attempts++) {
    observed['wrong passwords before a block'] = String(attempts - 1);
    await stranger.submit('Sign in', { Password: `wrong ${attempts}` });
  }
  portal.clock.now += hourMs;
  await notePage('recovering access', stranger, paths.recoverAccess, 'h1, .lead, form .btn');
}

async function withSecondFactor({
  newStranger,
  signIn,
  codeOf,
  camille,
  noah,
  observed,
  notePage,
  noteResponse,
}: Scenario): Promise<void> {
  for (const [who, user] of [
    ['Global admin', camille],
    ['user', noah],
  ] as const) {
    observed[`page after sign-in, ${who}`] = (await newStranger().signIn(user)).path;
    const person = await signIn(user);
    await notePage(`second factor on the profile, ${who}`, person, paths.ownSecurity, secondFactor);
    const proof = { currentPassword: goodPassword, code: codeOf(user) };
    await noteResponse(`removing one’s own second factor, ${who}`, person, paths.removeOwnSecondFactor, proof);
    await notePage(`languages, ${who}`, person, paths.myProfile, 'select[name=language] option');
  }
}
const secondFactor = 'section[aria-labelledby=second-factor] :is(.btn, p:contains("require"))';

/** Adds a user as the operator's command does, which issues a temporary password under every pack. */
async function withTemporaryPassword({ portal, tenant, newStranger, observed }: Scenario): Promise<void> {
  const person = { username: `ada@${tenant.domain}`, name: 'Ada Betrieb', language: null };
  const added = await portal.tenants.addUser(tenant.id, { ...person, administratorLevel: 'none', agentLevel: 'none' });
  const since = portal.clock.now;
  const opens: number[] = [];
  for (const minutes of [59, 23 * 60, 71 * 60]) {
    portal.clock.now = since + minutes * minuteMs;
    const { path } = await newStranger().signIn({ ...added, clearPassword: added.temporaryPassword });
    if (path === paths.changePassword) opens.push(minutes);
  }
  observed['minutes after which a temporary password still works'] = opens.join(', ');
}

async function untilTheSessionEnds({ portal, signIn, noah, observed }: Scenario): Promise<void> {
  const stays = async (person: Person, minutes: number): Promise<boolean> => {
    portal.clock.now += minutes * minuteMs;
    return (await person.visit(paths.dashboard)).path === paths.dashboard;
  };
  const idle = await signIn(noah);
  const gaps = [4, 14, 29, 59];
  let outlived = 0;
  for (const gap of gaps) if (await stays(idle, gap)) outlived = gap;
  observed['minutes of inactivity that a session survives'] = String(outlived);
  const busy = await signIn(noah);
  let minutes = 0;
  while (minutes < maxMinutes && (await stays(busy, outlived - 1))) minutes += outlived - 1;
  observed['maximum hours of a session'] = String(Math.ceil(minutes / 60));
}
const maxMinutes = 24 * 60;

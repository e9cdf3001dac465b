import type { AdministratorLevel, AgentLevel } from '../../src/domain/roles.ts';
import { drawName, pick, shuffled, type Culture, type Random } from './names.ts';
import type { PersonName } from './names/entries.ts';

/** The state of a demo user. A `pending` user has a temporary password that they must change. */
export type DemoState = 'active' | 'blocked' | 'pending';

/** A generated user of the demo. */
export interface DemoPerson {
  firstName: string;
  lastName: string;
  displayName: string;
  username: string;
  administratorLevel: AdministratorLevel;
  agentLevel: AgentLevel;
  language: 'en' | 'fr' | 'de' | null;
  state: DemoState;
  lastSignInAt: number | null;
  createdAt: number;
  /** Whether the demo prints this person's password. */
  listed: boolean;
}

type DemoAccount = Pick<DemoPerson, 'administratorLevel' | 'agentLevel' | 'state' | 'listed'>;

interface PlannedPerson {
  readonly name: PersonName;
  readonly account: DemoAccount;
}

/** The users of a tenant: the listed users by name, and the number of other users per culture. */
export interface PeoplePlan {
  readonly domains: readonly [string, ...string[]];
  readonly listed: readonly PlannedPerson[];
  readonly mix: Partial<Record<Culture, number>>;
  /** The number of administrators at each level, in addition to the listed users. */
  readonly administrators: Record<Exclude<AdministratorLevel, 'none'>, number>;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * @returns a shuffled list of `size` values that contains each value the given number of times and is padded with
 * `filler`
 */
function deck<T extends string>(counts: Partial<Record<T, number>>, size: number, filler: T, random: Random): T[] {
  const cards = Object.entries<number | undefined>(counts).flatMap(([card, count = 0]) =>
    Array<T>(Math.round(count)).fill(card as T),
  );
  const missing = Math.max(0, size - cards.length);
  return shuffled([...cards, ...Array<T>(missing).fill(filler)], random);
}

function drawNames({ listed, mix }: PeoplePlan, random: Random): PersonName[] {
  const drawn = new Set(listed.map(({ name }) => name.displayName));
  const drawNew = (culture: Culture): PersonName => {
    let name = drawName(culture, random);
    // Namesakes are planned explicitly, because the short lists of names would produce too many by chance.
    for (let left = 20; left > 0 && drawn.has(name.displayName); left -= 1) {
      name = drawName(culture, random);
    }
    drawn.add(name.displayName);
    return name;
  };
  const names = Object.entries(mix).flatMap(([culture, count]) =>
    Array.from({ length: count }, () => drawNew(culture as Culture)),
  );
  return shuffled(names, random);
}

function assignAccounts(plan: PeoplePlan, names: PersonName[], random: Random): PlannedPerson[] {
  const size = names.length;
  const agents = { admin: size * 0.07, sales: size * 0.3, helpdesk: size * 0.22 };
  const blockedOrPending = { blocked: size * 0.05, pending: size * 0.06 };
  const administratorLevels = deck<AdministratorLevel>(plan.administrators, size, 'none', random);
  const agentLevels = deck<AgentLevel>(agents, size, 'none', random);
  const states = deck<DemoState>(blockedOrPending, size, 'active', random);
  return names.map((name, index) => {
    const administratorLevel = administratorLevels[index] ?? 'none';
    const agentLevel = agentLevels[index] ?? 'none';
    // Global admins stay active, so that they can undo the changes that visitors of the demo make.
    const state = administratorLevel === 'global' ? 'active' : (states[index] ?? 'active');
    return { name, account: { administratorLevel, agentLevel, state, listed: false } };
  });
}

function accountAge({ administratorLevel, state, listed }: DemoAccount, random: Random): number {
  // A temporary password is valid for only a few days, so most users who have one were added recently.
  if (state === 'pending' && (listed || random() < 0.7)) return day * (0.1 + 1.9 * random());
  if (administratorLevel === 'global') return day * (1_450 + 50 * random());
  return day * (40 + 1_400 * random());
}

function lastSignInAge({ state, listed }: DemoAccount, age: number, random: Random): number | null {
  if (state === 'pending' || (!listed && random() < 0.03)) return null;
  // The times are distributed logarithmically: about half of the users signed in within the last day, and a few users
  // over a year ago.
  const shortest = state === 'blocked' ? 10 * day : 4 * minute;
  const longest = listed ? 3 * day : 400 * day;
  return Math.min(age * 0.98, shortest * (longest / shortest) ** random());
}

function freeUsername(local: string, domain: string, taken: Set<string>): string {
  let username = `${local}@${domain}`;
  for (let suffix = 2; taken.has(username); suffix += 1) username = `${local}${suffix}@${domain}`;
  taken.add(username);
  return username;
}

/** Generates the users of one tenant. The listed users come first. */
export function demoPeople(plan: PeoplePlan, now: number, random: Random): DemoPerson[] {
  const names = drawNames(plan, random);
  const others = assignAccounts(plan, names, random);
  const taken = new Set<string>();
  return [...plan.listed, ...others].map(({ name, account }) => {
    const { localPart, ...written } = name;
    const domain = account.listed ? plan.domains[0] : pick(plan.domains, random);
    const age = accountAge(account, random);
    const signInAge = lastSignInAge(account, age, random);
    return {
      ...written,
      username: freeUsername(localPart, domain, taken),
      ...account,
      language: account.listed || random() < 0.8 ? null : pick(['en', 'fr', 'de'], random),
      lastSignInAt: signInAge === null ? null : Math.floor(now - signInAge),
      createdAt: Math.floor(now - age),
    };
  });
}

import { randomUUID } from 'node:crypto';
import type { AdministratorLevel, AgentLevel } from '../../src/domain/roles.ts';
import { temporaryPasswordLifetimeMs, type RegionRules } from '../../src/domain/regions.ts';
import { foldName } from '../../src/domain/people/user.ts';
import { cultures, drawName, pick, type Culture, type Random } from './names.ts';
import type { PersonName } from './names/entries.ts';
import type { NewUser } from '../../src/core/accounts/index.ts';

const day = 24 * 60 * 60_000;

// Half of the users have French names, as in a French company. Namesakes and extremely long or short names are left
// out.
const plannedCultures = new Set<Culture>([
  'frenchLong',
  'frenchNamesakes',
  'germanLong',
  'germanNamesakes',
  'chineseShort',
]);
const otherCultures = (Object.keys(cultures) as Culture[]).filter(
  (culture) => !plannedCultures.has(culture) && culture !== 'french',
);

// Two thirds of the French last names consist of three parts. Most last names are therefore rare, as in any large
// company.
const shareOfRareNames = 2 / 3;
const nameParts = [
  'Ker,Pen,Tré,Loc,Plou,Gué,Ros,Car,Mor,Ville,Bré,Coat,Lan,Les,Quil,Roz,Saint,Tal,Trou,Val'.split(','),
  'a,é,i,o,u,ai,an,el,en,er,eu,ig,il,in,iou,on,or,ou,ui,uy'.split(','),
  'bec,bois,court,dec,don,gat,guen,lec,lin,mel,nec,pré,ran,reuc,rin,seul,tal,tec,vel,zan'.split(','),
];

type Shares<T extends string> = readonly (readonly [T, number])[];
const administratorShares: Shares<AdministratorLevel> = [
  ['global', 0.000_05],
  ['userManagement', 0.000_5],
  ['billing', 0.001],
];
const agentShares: Shares<AgentLevel> = [
  ['admin', 0.01],
  ['sales', 0.2],
  ['helpdesk', 0.1],
];
const stateShares: Shares<'blocked' | 'deleted' | 'pending'> = [
  ['blocked', 0.005],
  ['deleted', 0.002],
  ['pending', 0.02],
];

/** Picks one of the values with the given probabilities, or `rest` with the remaining probability. */
function draw<T extends string, R extends string>(shares: Shares<T>, rest: R, random: Random): T | R {
  let left = random();
  return shares.find(([, share]) => (left -= share) < 0)?.[0] ?? rest;
}

interface GenerationPlan {
  readonly domain: string;
  readonly rules: RegionRules;
  readonly now: number;
  /** The hash of the password that all users share, because hashing a million passwords would take hours. */
  readonly passwordHash: string;
}

/** Generates an endless sequence of users for one tenant. */
export function* generateUsers(plan: GenerationPlan, random: Random): Generator<NewUser, never> {
  const bearers = new Map<string, number>();
  for (;;) {
    const { localPart, ...names } = drawPerson(random);
    const namesakes = bearers.get(localPart) ?? 0;
    bearers.set(localPart, namesakes + 1);
    const username = `${localPart}${namesakes === 0 ? '' : namesakes + 1}@${plan.domain}`;
    yield { ...names, username, ...accountFields(plan, random) };
  }
}

function drawPerson(random: Random): PersonName {
  if (random() < 0.5) return drawName(pick(otherCultures, random), random);
  const name = drawName('french', random);
  if (random() > shareOfRareNames) return name;
  const lastName = nameParts.map((part) => pick(part, random)).join('');
  const localPart = `${name.localPart.split('.')[0] ?? ''}.${foldName(lastName)}`;
  return { ...name, lastName, displayName: `${name.firstName} ${lastName}`, localPart };
}

function accountFields({ rules, now, passwordHash }: GenerationPlan, random: Random) {
  const state = draw(stateShares, 'active', random);
  const pending = state === 'pending';
  const createdAt = Math.floor(now - day * (pending ? 2 : 40 + 1_400 * random()));
  return {
    id: randomUUID(),
    administratorLevel: draw(administratorShares, 'none', random),
    agentLevel: draw(agentShares, 'none', random),
    language: random() < 0.8 ? null : pick(['en', 'fr', 'de'] as const, random),
    state: pending ? 'active' : state,
    password: pending ? 'temporary' : 'own',
    temporaryUntil: pending ? createdAt + temporaryPasswordLifetimeMs(rules) : null,
    passwordSetBy: null,
    passwordSetAt: createdAt,
    passwordHash,
    lastSignInAt: pending ? null : Math.floor(now - (now - createdAt) * random() ** 4),
    createdAt,
    deletedAt: state === 'deleted' ? Math.floor(now - day * 29 * random()) : null,
  } as const;
}

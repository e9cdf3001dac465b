import type { RegionRules, UserOperation } from '../../src/domain/regions.ts';
import type { Canaries, CanaryKind } from './canaries.ts';
import type { RunningRegion } from './regions.ts';
import { createVisitor, type Answer, type Visitor } from './visitor.ts';

/** Somebody whom the flow made up. */
export interface Account {
  readonly username: string;
  password: string;
  /** '' where nobody needs it. */
  readonly id: string;
  /** The token of the one-time link by which they come in next; null where their password opens. */
  link: string | null;
  secondFactor: { readonly seed: string; readonly recoveryCodes: string[] } | null;
}

/** @returns somebody whom the flow made up, or was given */
export const newAccount = (username: string, password: string, id = ''): Account => ({
  username,
  password,
  id,
  link: null,
  secondFactor: null,
});

/** Something that left the portal as a file. */
export interface ExportedFile {
  readonly name: string;
  readonly text: string;
  readonly mayHoldDomains?: boolean;
  readonly showsSecrets?: boolean;
  readonly encrypted?: boolean;
}

/** What happens in one region, as the steps tell it. */
export interface Story {
  /** Whose story it is: the region's id, or the moving tenant. */
  readonly name: string;
  readonly region: RunningRegion;
  /** @returns a text that nobody can guess, to be typed into this field */
  readonly plant: (field: string, kind?: 'person' | 'domain' | 'moved' | 'secret') => string;
  /** Watches for a text that the portal made, and for the bytes that it stands for. @returns it */
  readonly track: (
    field: string,
    kind: Exclude<CanaryKind, 'domain' | 'control'>,
    text: string,
    bytes?: Buffer,
  ) => string;
  /** The tenant of the region, filled in as it is set up. */
  readonly tenant: { domain: string; tenantId: string };
  readonly people: Map<string, Account>;
  /** Who is signed in, by the names in `people`. */
  readonly visitors: Map<string, Visitor>;
  readonly exports: ExportedFile[];
  readonly answers: string[];
  /** Texts that the proof put among what the server and the commands wrote. */
  readonly planted: string[];
  /** What a step that was done has to say: what of it the rules refused, or did otherwise. */
  readonly remarks: string[];
  /** Tokens of mailed links that were taken note of. */
  readonly mailedLinks: Set<string>;
  /** The mails that have been sent and are still there to be read. */
  readonly mails: () => readonly string[];
}

/** One step of the flow. Each is taken in both regions, at the same time unless it says otherwise. */
export interface Step {
  readonly title: string;
  /** The operation on users that it needs: where the region's rules place it elsewhere, a refusal is the right answer. */
  readonly operation?: UserOperation;
  /** What else it asks of the region's rules. */
  readonly supportedBy?: (rules: RegionRules) => boolean;
  /** How it is instead where that is not so, in a few words for the report. */
  readonly unsupportedReason?: string;
  /** Whether the regions take it one after the other: what they begin with at the first time is dear. */
  readonly sequential?: true;
  readonly act: (here: Story, there: Story) => Promise<void>;
}

/** The portal refused, in words and with 403, or with a page that says where this is done. */
export class Refused extends Error {}

/** A step went otherwise than it should have. */
export class StepFault extends Error {}

export function createStory(region: RunningRegion, mails: Story['mails']): Story {
  return {
    name: region.id,
    region,
    ...plantingOf(region.canaries),
    tenant: { domain: '', tenantId: '' },
    people: new Map(),
    visitors: new Map(),
    exports: [],
    answers: [],
    planted: [],
    remarks: [],
    mailedLinks: new Set(),
    mails,
  };
}

const plantingOf = (canaries: Canaries): Pick<Story, 'plant' | 'track'> => ({
  plant: (field, kind) => canaries.plant(field, kind),
  track: (field, kind, text, bytes) => canaries.track(field, kind, text, bytes),
});

/** What the moving tenant is called, wherever it is. */
export const movingTenant = 'the moving tenant';

/** @returns the story of one tenant at the region that it leaves, and at the one that it goes to */
export function createMovingTenantStories(from: Story, to: Story, canaries: Canaries): [Story, Story] {
  const own = { name: movingTenant, ...plantingOf(canaries), tenant: { domain: '', tenantId: '' }, people: new Map() };
  return [
    { ...from, ...own, visitors: new Map() },
    { ...to, ...own, visitors: new Map() },
  ];
}

/**
 * A new visitor, whose browser says who it is in a text of its own.
 * @param device that text, where it is somebody else's to plant
 */
export function newVisitor(
  { region, plant, answers }: Story,
  device = plant('device name (User-Agent)'),
  more: Readonly<Record<string, string>> = {},
): Visitor {
  const agent = `Mozilla/5.0 (X11; Linux x86_64) ${device}/1.0`;
  const headers = { 'User-Agent': agent, 'Accept-Language': 'en', ...more };
  return createVisitor({ origin: region.origin, headers, keep: (answer) => answers.push(answer) });
}

// A page of its own, with the number of its request. Other pages say in the same words what is refused of them.
const refusal = /class="elsewhere narrow"[\s\S]*<p class="field-hint">[^<]*<code /;

/** @returns the answer. @throws Refused, or StepFault where it is none of these */
export function expect(answer: Answer, ...statuses: number[]): Answer {
  const refused = answer.status === 403 || (answer.status === 200 && refusal.test(answer.text));
  if (refused && !statuses.includes(403)) throw new Refused(answer.path);
  if (!statuses.includes(answer.status)) throw new StepFault(`${pattern(answer.path)} answered ${answer.status}`);
  return answer;
}

// Without ids and tokens, and without what was asked: any of them may be what is looked for.
const pattern = (path: string): string =>
  (path.split('?')[0] ?? '')
    .split('/')
    .map((part) => (/^[a-z]+(-[a-z]+)*(\.[a-z]+)?$/.test(part) || part === '' ? part : ':id'))
    .join('/');

/** The id in the session's cookie opens the session: it may lie in no store. */
export function trackSession({ track }: Story, visitor: Visitor): void {
  const [, id = ''] = /^s(?:%3A|:)([^.]+)\./.exec(visitor.session()) ?? [];
  if (id !== '') track('session cookie', 'token', id);
}

export function getAccount({ people }: Story, name: string): Account {
  const found = people.get(name);
  if (!found) throw new StepFault(`there is no ${name}: an earlier step went wrong`);
  return found;
}

export function getVisitor({ visitors }: Story, name: string): Visitor {
  const found = visitors.get(name);
  if (!found) throw new StepFault(`the ${name} is not signed in: an earlier step went wrong`);
  return found;
}

const uuid = /user-management\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** @returns the id of the user to whom a page leads */
export const userIdOn = ({ text }: Answer): string => uuid.exec(text)?.[1] ?? '';

/** @returns the temporary passwords that a page shows */
export const temporaryPasswordsOn = ({ text }: Answer): string[] =>
  [...text.matchAll(/\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}\b/g)].map(([password]) => password);

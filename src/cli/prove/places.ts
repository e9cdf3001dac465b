import type { Canaries, Canary, CanaryKind } from './canaries.ts';
import {
  createFinder,
  digestNeedles,
  encodingsOf,
  haystackOf,
  needlesOf,
  type Haystack,
  type Needle,
  type Tagged,
} from './needles.ts';

export const placeKinds = [
  'database table',
  'database file',
  'session store',
  'sent to the stores',
  'data folder',
  'log',
  'answers',
  'exports',
  'commands',
  'mails',
  'backup',
] as const;
export type PlaceKind = (typeof placeKinds)[number];

/** Something of one region in which the other's canaries are looked for. */
export interface Place {
  readonly kind: PlaceKind;
  readonly name: string;
  readonly content: Buffer;
  /** How many rows, keys, files or answers it holds. */
  readonly items: number;
  /** Whether the other region's company domains may be there: the directory, and what holds it. */
  readonly mayHoldDomains: boolean;
  /** Whether secrets of its own region are shown there, once, to the person they are for. */
  readonly showsSecrets: boolean;
}

/** A canary where it must not be. */
export interface Finding {
  readonly canaryOf: string;
  readonly field: string;
  readonly foundIn: string;
  readonly kind: PlaceKind;
  readonly place: string;
  readonly encoding: string;
}

/** Places of one region, as they were at one moment. */
export interface Look {
  readonly region: string;
  readonly moment: string;
  readonly places: readonly Place[];
}

const unnamed = 'a field that can no longer be told';

interface Meaning {
  readonly canaryOf: string;
  readonly kind: CanaryKind;
  readonly field: string;
}

function needlesFor({ forms, kind }: Canary): Needle[] {
  return [...forms.flatMap(needlesOf), ...(kind === 'secret' ? forms.flatMap(digestNeedles) : [])];
}

/** Every text that is looked for: each canary, and what the planted ones have in common. */
function everyNeedle(canariesOf: ReadonlyMap<string, Canaries>): Tagged<Meaning>[] {
  return [...canariesOf].flatMap(([canaryOf, canaries]) => {
    const tagged = (needles: readonly Needle[], kind: CanaryKind, field: string): Tagged<Meaning>[] => {
      const tag = { canaryOf, kind, field };
      return needles.map((needle) => ({ ...needle, tag }));
    };
    const kinds = [...new Set(canaries.list().map(({ kind }) => kind))];
    return [
      ...canaries.list().flatMap((canary) => tagged(needlesFor(canary), canary.kind, canary.field)),
      ...kinds.flatMap((kind) => tagged(encodingsOf(canaries.marker(kind)), kind, unnamed)),
    ];
  });
}

// A mail and an attachment are broken into lines: what stands on two of them is looked for as if it stood on one.
const breaks = /=?\r?\n[ \t]?/g;
const brokenIntoLines: readonly PlaceKind[] = ['mails', 'data folder', 'answers', 'exports'];

function haystackOfPlace({ kind, content }: Place): Haystack {
  if (!brokenIntoLines.includes(kind)) return haystackOf(content);
  const joined = Buffer.from(content.toString('latin1').replace(breaks, ''), 'latin1');
  return haystackOf(Buffer.concat([content, Buffer.alloc(1), joined]));
}

/** Looks for the other region's canaries in one region's places, and for secrets of the region's own. */
export function searchPlaces(
  looks: readonly Look[],
  canariesOf: ReadonlyMap<string, Canaries>,
): { findings: Finding[]; controls: Finding[] } {
  const find = createFinder(everyNeedle(canariesOf));
  const [findings, controls]: [Finding[], Finding[]] = [[], []];
  const all = looks.flatMap(({ places, ...look }) => places.map((place) => ({ ...look, place })));
  for (const { region, moment, place } of all) {
    const where = { foundIn: region, kind: place.kind, place: `${place.name}, ${moment}` };
    const found = [...find(haystackOfPlace(place))].filter(({ tag: { canaryOf, kind } }) =>
      [...kindsFor(place, canaryOf === region), 'control'].includes(kind),
    );
    for (const { encoding, tag } of onceEach(found)) {
      const finding = { canaryOf: tag.canaryOf, field: tag.field, ...where, encoding };
      if (tag.kind !== 'control') findings.push(finding);
      else if (tag.canaryOf !== region) controls.push(finding);
    }
  }
  return { findings, controls };
}

/** One finding for each field; what all have in common tells something only where nothing else does. */
function onceEach(found: readonly Tagged<Meaning>[]): Tagged<Meaning>[] {
  const named = found.filter(({ tag }) => tag.field !== unnamed);
  const known = new Set(named.map(({ tag }) => `${tag.canaryOf}|${tag.kind}`));
  const rest = found.filter(({ tag }) => tag.field === unnamed && !known.has(`${tag.canaryOf}|${tag.kind}`));
  const first = new Map([...named, ...rest].reverse().map((each) => [`${each.tag.canaryOf}|${each.tag.field}`, each]));
  return [...first.values()];
}

function kindsFor({ mayHoldDomains, showsSecrets }: Place, own: boolean): CanaryKind[] {
  if (own) return showsSecrets ? [] : ['secret', 'token'];
  return ['person', 'secret', 'token', ...(mayHoldDomains ? [] : ['domain' as const])];
}

import type { Canaries, Canary, CanaryKind } from './canaries.ts';
import {
  bytesNeedles,
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
  /** Whether the other region's tenant domains may be there: the directory, and what holds it. */
  readonly mayHoldDomains: boolean;
  /** Whether secrets of its own region are shown there, once, to the person they are for. */
  readonly showsSecrets: boolean;
  /** Whether the fact of a move may be there: the id and the domains of a tenant that has gone. */
  readonly mayHoldMoves?: boolean;
  /** Whether it is one mail, which may hold the one link that it brings. */
  readonly holdsLink?: boolean;
  /** Whether it is encrypted: then nobody's canary may be read in it. */
  readonly encrypted?: boolean;
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
export interface Snapshot {
  readonly region: string;
  readonly moment: string;
  readonly places: readonly Place[];
  /** Whose canaries are at home there besides the region's own: those of a tenant that has moved in, or not yet out. */
  readonly guests?: readonly string[];
}

const unknownField = 'a field that can no longer be told';

interface Meaning {
  readonly canaryOf: string;
  readonly kind: CanaryKind;
  readonly field: string;
}

function needlesFor({ forms, kind, bytes }: Canary): Needle[] {
  const digests = kind === 'secret' || kind === 'mailed' ? forms.flatMap(digestNeedles) : [];
  return [...forms.flatMap(needlesOf), ...digests, ...(bytes ? bytesNeedles(bytes) : [])];
}

/** Every text that is looked for: each canary, and what the planted ones have in common. */
function allNeedles(canariesOf: ReadonlyMap<string, Canaries>): Tagged<Meaning>[] {
  return [...canariesOf].flatMap(([canaryOf, canaries]) => {
    const tagged = (needles: readonly Needle[], kind: CanaryKind, field: string): Tagged<Meaning>[] => {
      const tag = { canaryOf, kind, field };
      return needles.map((needle) => ({ ...needle, tag }));
    };
    const kinds = [...new Set(canaries.list().map(({ kind }) => kind))];
    return [
      ...canaries.list().flatMap((canary) => tagged(needlesFor(canary), canary.kind, canary.field)),
      ...kinds.flatMap((kind) => tagged(encodingsOf(canaries.marker(kind)), kind, unknownField)),
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

/** Looks for the canaries of others in one region's places, and for secrets of the region's own. */
export function searchPlaces(
  snapshots: readonly Snapshot[],
  canariesOf: ReadonlyMap<string, Canaries>,
): { findings: Finding[]; controls: Finding[] } {
  const find = createFinder(allNeedles(canariesOf));
  const all = snapshots.flatMap((look) => searchSnapshot(look, find));
  return {
    findings: all.filter(({ control }) => !control).map(({ finding }) => finding),
    controls: all
      .filter(({ control, finding }) => control && finding.canaryOf !== finding.foundIn)
      .map(({ finding }) => finding),
  };
}

function searchSnapshot(
  { region, moment, places, guests = [] }: Snapshot,
  find: (hay: Haystack) => Set<Tagged<Meaning>>,
): { finding: Finding; control: boolean }[] {
  const isFirst = createFirstPlaceCheck();
  return places.flatMap((place) => {
    const wrong = [...find(haystackOfPlace(place))].filter(({ tag }) => {
      const own = tag.canaryOf === region || guests.includes(tag.canaryOf);
      if (tag.kind === 'mailed' && own && place.holdsLink) return !isFirst(tag, place);
      return [...kindsFor(place, own), 'control'].includes(tag.kind);
    });
    const where = { foundIn: region, kind: place.kind, place: `${place.name}, ${moment}` };
    return onePerField(wrong).map(({ encoding, tag: { canaryOf, field, kind } }) => ({
      finding: { canaryOf, field, ...where, encoding },
      control: kind === 'control',
    }));
  });
}

/** @returns whether a place is the first one in which a canary is met */
function createFirstPlaceCheck(): (tag: Meaning, place: Place) => boolean {
  const first = new Map<Meaning, Place>();
  return (tag, place) => {
    if (!first.has(tag)) first.set(tag, place);
    return first.get(tag) === place;
  };
}

/** One finding for each field; what all have in common tells something only where nothing else does. */
function onePerField(found: readonly Tagged<Meaning>[]): Tagged<Meaning>[] {
  const named = found.filter(({ tag }) => tag.field !== unknownField);
  const known = new Set(named.map(({ tag }) => `${tag.canaryOf}|${tag.kind}`));
  const rest = found.filter(({ tag }) => tag.field === unknownField && !known.has(`${tag.canaryOf}|${tag.kind}`));
  const first = new Map([...named, ...rest].reverse().map((each) => [`${each.tag.canaryOf}|${each.tag.field}`, each]));
  return [...first.values()];
}

function kindsFor({ mayHoldDomains, showsSecrets, mayHoldMoves, encrypted }: Place, own: boolean): CanaryKind[] {
  if (own && !encrypted) return showsSecrets ? ['mailed'] : ['secret', 'token', 'mailed'];
  const domain: CanaryKind[] = mayHoldDomains ? [] : ['domain'];
  return ['person', 'secret', 'token', 'mailed', ...domain, ...(mayHoldMoves ? [] : ['moved' as const])];
}

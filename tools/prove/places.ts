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

/** A part of one region in which the other region's canaries are searched for. */
export interface Place {
  readonly kind: PlaceKind;
  readonly name: string;
  readonly content: Buffer;
  /** The number of rows, keys, files or responses in the place. */
  readonly items: number;
  /** Whether the place may contain the other region's tenant domains: the directory, and backups that include it. */
  readonly mayHoldDomains: boolean;
  /** Whether secrets of the place's own region are shown there once, to their user. */
  readonly showsSecrets: boolean;
  /** Whether the place may record a move, with the id and the domains of the tenant that moved away. */
  readonly mayHoldMoves?: boolean;
  /** Whether the place is a single message, which may contain the link that it delivers. */
  readonly holdsLink?: boolean;
  /** Whether the place is encrypted, so that no readable canary may occur in it. */
  readonly encrypted?: boolean;
}

/** A canary in a place where it is not allowed. */
export interface Finding {
  readonly canaryOf: string;
  readonly field: string;
  readonly foundIn: string;
  readonly kind: PlaceKind;
  readonly place: string;
  readonly encoding: string;
}

/** The places of one region at one moment. */
export interface Snapshot {
  readonly region: string;
  readonly moment: string;
  readonly places: readonly Place[];
  /** Further owners whose canaries are allowed in the region, such as the moving tenant while its data is there. */
  readonly guests?: readonly string[];
}

const unknownField = 'an unidentified field';

interface Meaning {
  readonly canaryOf: string;
  readonly kind: CanaryKind;
  readonly field: string;
}

function needlesFor({ forms, kind, bytes }: Canary): Needle[] {
  const digests = kind === 'secret' || kind === 'mailed' ? forms.flatMap(digestNeedles) : [];
  return [...forms.flatMap(needlesOf), ...digests, ...(bytes ? bytesNeedles(bytes) : [])];
}

/** @returns everything to search for: each canary, and the marker that all canaries of a kind share */
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

// The content of these places may be broken into lines. The lines are joined to find strings that span a line break.
const breaks = /=?\r?\n[ \t]?/g;
const brokenIntoLines: readonly PlaceKind[] = ['mails', 'data folder', 'answers', 'exports'];

function haystackOfPlace({ kind, content }: Place): Haystack {
  if (!brokenIntoLines.includes(kind)) return haystackOf(content);
  const joined = Buffer.from(content.toString('latin1').replace(breaks, ''), 'latin1');
  return haystackOf(Buffer.concat([content, Buffer.alloc(1), joined]));
}

/** Searches the places of each region for canaries of other owners and for its own secrets. */
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

/** @returns a function that checks whether a place is the first one in which a canary was found */
function createFirstPlaceCheck(): (tag: Meaning, place: Place) => boolean {
  const first = new Map<Meaning, Place>();
  return (tag, place) => {
    if (!first.has(tag)) first.set(tag, place);
    return first.get(tag) === place;
  };
}

/** Reduces the matches to one per field. A marker is reported only if no canary of its kind was found. */
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

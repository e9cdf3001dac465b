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
  /** Whether the other region's company domains may be there: the directory, and what holds it. */
  readonly mayHoldDomains: boolean;
  /** Whether secrets of its own region are shown there, once, to the person they are for. */
  readonly showsSecrets: boolean;
  /** Whether the fact of a move may be there: the id and the domains of a company that has gone. */
  readonly tellsMoves?: boolean;
  /** Whether it is one mail, which may hold the one link that it brings. */
  readonly bringsLink?: boolean;
  /** Whether it is encrypted: then nobody's canary may be read in it. */
  readonly sealed?: boolean;
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
  /** Whose canaries are at home there besides the region's own: those of a company that has moved in, or not yet out. */
  readonly guests?: readonly string[];
}

const unnamed = 'a field that can no longer be told';

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

/** Looks for the canaries of others in one region's places, and for secrets of the region's own. */
export function searchPlaces(
  looks: readonly Look[],
  canariesOf: ReadonlyMap<string, Canaries>,
): { findings: Finding[]; controls: Finding[] } {
  const find = createFinder(everyNeedle(canariesOf));
  const all = looks.flatMap((look) => searchLook(look, find));
  return {
    findings: all.filter(({ control }) => !control).map(({ finding }) => finding),
    controls: all
      .filter(({ control, finding }) => control && finding.canaryOf !== finding.foundIn)
      .map(({ finding }) => finding),
  };
}

function searchLook(
  { region, moment, places, guests = [] }: Look,
  find: (hay: Haystack) => Set<Tagged<Meaning>>,
): { finding: Finding; control: boolean }[] {
  const isFirst = createFirsts();
  return places.flatMap((place) => {
    const wrong = [...find(haystackOfPlace(place))].filter(({ tag }) => {
      const own = tag.canaryOf === region || guests.includes(tag.canaryOf);
      if (tag.kind === 'mailed' && own && place.bringsLink) return !isFirst(tag, place);
      return [...kindsFor(place, own), 'control'].includes(tag.kind);
    });
    const where = { foundIn: region, kind: place.kind, place: `${place.name}, ${moment}` };
    return onceEach(wrong).map(({ encoding, tag: { canaryOf, field, kind } }) => ({
      finding: { canaryOf, field, ...where, encoding },
      control: kind === 'control',
    }));
  });
}

/** @returns whether a place is the first one in which a canary is met */
function createFirsts(): (tag: Meaning, place: Place) => boolean {
  const first = new Map<Meaning, Place>();
  return (tag, place) => {
    if (!first.has(tag)) first.set(tag, place);
    return first.get(tag) === place;
  };
}

/** One finding for each field; what all have in common tells something only where nothing else does. */
function onceEach(found: readonly Tagged<Meaning>[]): Tagged<Meaning>[] {
  const named = found.filter(({ tag }) => tag.field !== unnamed);
  const known = new Set(named.map(({ tag }) => `${tag.canaryOf}|${tag.kind}`));
  const rest = found.filter(({ tag }) => tag.field === unnamed && !known.has(`${tag.canaryOf}|${tag.kind}`));
  const first = new Map([...named, ...rest].reverse().map((each) => [`${each.tag.canaryOf}|${each.tag.field}`, each]));
  return [...first.values()];
}

function kindsFor({ mayHoldDomains, showsSecrets, tellsMoves, sealed }: Place, own: boolean): CanaryKind[] {
  if (own && !sealed) return showsSecrets ? ['mailed'] : ['secret', 'token', 'mailed'];
  const domain: CanaryKind[] = mayHoldDomains ? [] : ['domain'];
  return ['person', 'secret', 'token', 'mailed', ...domain, ...(tellsMoves ? [] : ['moved' as const])];
}

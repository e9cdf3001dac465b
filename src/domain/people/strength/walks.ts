import type { Symbols } from './symbols.ts';
import { tokenLengths, type Token, type TokenFinder } from './tokens.ts';

/** A position on a keyboard, or in an alphabet. */
interface Place {
  readonly column: number;
  readonly row: number;
}

type Layout = ReadonlyMap<string, Place>;

const layoutOf = (...rows: string[]): Layout =>
  new Map(rows.flatMap((keys, row) => Array.from(keys, (key, column): [string, Place] => [key, { column, row }])));

const keyboards: readonly Layout[] = [
  layoutOf('1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./'),
  layoutOf('!@#$%^&*()_+', 'qwertyuiop{}', 'asdfghjkl:"', 'zxcvbnm<>?'),
  layoutOf('1234567890', 'qwertzuiop', 'asdfghjkl', 'yxcvbnm,.-'),
  layoutOf('1234567890', 'azertyuiop', 'qsdfghjklm', 'wxcvbn,;:!'),
  layoutOf('789', '456', '123', '0'),
];
const alphabet = layoutOf('abcdefghijklmnopqrstuvwxyz', '0123456789');

const startBits = 3;
const turnBits = 1.7;
const minWalk = 3;
const maxPeriod = 5;

/**
 * Finds walks over neighboring keys, and repeated steps on a keyboard or in the alphabet, such as `1q2w3e` or `a1b2c3`.
 */
export function walks(symbols: Symbols): TokenFinder {
  const paths = [...keyboards, alphabet].map((layout) => stepsOf(symbols, layout));
  return (start) => paths.flatMap((steps, index) => tokensOf(steps, start, index < keyboards.length));
}

// Returns the step from each character to the next one; null if the layout lacks either character.
function stepsOf({ plain }: Symbols, layout: Layout): (Place | null)[] {
  const places = plain.map((each) => layout.get(each));
  return places.map((from, at) => {
    const to = places[at + 1];
    return from && to ? { column: to.column - from.column, row: to.row - from.row } : null;
  });
}

function tokensOf(steps: readonly (Place | null)[], start: number, isKeyboard: boolean): Token[] {
  const found = isKeyboard ? neighborWalk(steps, start) : [];
  for (let period = 1; period <= maxPeriod; period++) {
    let length = 0;
    while (isRepeated(steps, start, length, period)) length++;
    const bits = startBits + period * turnBits;
    // Steps are a pattern only if they are repeated.
    for (const each of tokenLengths(Math.max(2, 2 * period), length)) found.push({ end: start + each + 1, bits });
  }
  return found;
}

function isRepeated(steps: readonly (Place | null)[], start: number, length: number, period: number): boolean {
  const step = steps[start + length];
  if (!step) return false;
  return length < period || isSame(step, steps[start + length - period]);
}

function neighborWalk(steps: readonly (Place | null)[], start: number): Token[] {
  const found: Token[] = [];
  let turns = 0;
  for (let at = start; ; at++) {
    const step = steps[at];
    if (!step || !isNeighbor(step)) return found;
    if (at > start && !isSame(step, steps[at - 1])) turns++;
    const end = at + 2;
    if (end - start >= minWalk) found.push({ end, bits: startBits + (turns + 1) * turnBits });
  }
}

const isSame = (one: Place, other: Place | null | undefined): boolean =>
  one.column === other?.column && one.row === other.row;

const isNeighbor = ({ column, row }: Place): boolean => Math.abs(row) <= 1 && Math.abs(column) <= 1 && column !== row;

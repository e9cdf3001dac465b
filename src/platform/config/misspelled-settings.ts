import { environment } from './environment.ts';

const settings: readonly string[] = Object.keys(environment.shape);
// The minimum length of a setting for which two typos are recognized. Shorter settings match only if their letters are
// reordered, because two changes to HOST, for example, yield many other common names.
const minLengthForTwo = 8;

/**
 * @returns the optimal string alignment distance: the minimum number of insertions, deletions, replacements and swaps
 */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let column = 1; column <= other.length; column++) {
      const at = (up: number, left: number): number => (up === 0 ? line : rows[row - up])?.[column - left] ?? Infinity;
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      line.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + (isSame ? 0 : 1), isSwapped ? at(2, 2) + 1 : Infinity));
    }
    rows.push(line);
  }
  return rows.at(-1)?.at(-1) ?? Infinity;
}

const sorted = (text: string): string => [...text].sort().join('');

function isSimilar(name: string, setting: string): boolean {
  const typed = name.toUpperCase().replaceAll('-', '_');
  if (typed === setting || typed === `PARVIS_${setting}`) return true;
  return setting.length >= minLengthForTwo ? distance(typed, setting) <= 2 : sorted(typed) === sorted(setting);
}

/**
 * Finds environment variables that look like a misspelled setting, such as REDIS_ULR.
 * @returns one line for each of them
 */
export function misspelledSettings(variables: Readonly<Record<string, string | undefined>>): string[] {
  const names = Object.keys(variables).filter((name) => !settings.includes(name));
  return names.flatMap((name) => {
    const meant = settings.find((setting) => isSimilar(name, setting));
    return meant === undefined ? [] : [`${name} is not a setting of Parvis and is ignored. Did you mean ${meant}?`];
  });
}

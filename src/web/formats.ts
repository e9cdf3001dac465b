import type { Language } from '../domain/regions.ts';

/** Dates and numbers in one language. Times are epoch ms. */
export interface Formats {
  date(at: number): string;
  dateTime(at: number): string;
  /** In words that people use: « il y a 2 heures », "yesterday". */
  relative(at: number): string;
  number(value: number): string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// From a day on it is the calendar that people count by: what was yesterday evening is not "36 hours ago".
const steps: readonly [limit: number, length: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [hour, minute, 'minute'],
  [12 * hour, hour, 'hour'],
  [7 * day, day, 'day'],
  [31 * day, 7 * day, 'week'],
  [365 * day, 30.44 * day, 'month'],
  [Number.POSITIVE_INFINITY, 365.25 * day, 'year'],
];

const noonOf = (at: number): number => new Date(at).setHours(12, 0, 0, 0);

function distanceIn(at: number, now: number): [amount: number, unit: Intl.RelativeTimeFormatUnit] {
  const distance = at - now;
  const [, length, unit] = steps.find(([limit]) => Math.abs(distance) < limit) ?? [0, 365.25 * day, 'year'];
  if (unit !== 'day') return [Math.round(distance / length), unit];
  const days = Math.round((noonOf(at) - noonOf(now)) / day);
  return days === 0 ? [Math.round(distance / hour), 'hour'] : [days, 'day'];
}

/**
 * Formatters are costly to make and cheap to use: one set per language and process.
 * @param clock epoch ms, against which `relative` counts
 */
export function createFormats(language: Language, clock: () => number): Formats {
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric' });
  const dateTime = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const number = new Intl.NumberFormat(language);
  // A list says the same few distances again and again.
  const distances = new Map<string, string>();
  const inWords = (amount: number, unit: Intl.RelativeTimeFormatUnit): string => {
    const key = `${amount} ${unit}`;
    let words = distances.get(key);
    if (words === undefined) distances.set(key, (words = relative.format(amount, unit)));
    return words;
  };
  return {
    date: (at) => date.format(at),
    dateTime: (at) => dateTime.format(at),
    relative: (at) => inWords(...distanceIn(at, clock())),
    number: (value) => number.format(value),
  };
}

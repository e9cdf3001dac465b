import type { Language } from '../domain/regions.ts';

/** Dates and numbers in one language. Times are epoch ms. */
export interface Formats {
  date(at: number): string;
  dateTime(at: number): string;
  /** The day with its name: « lundi 23 novembre 2026 ». */
  day(at: number): string;
  /** "today" or "yesterday"; '' for any other day. */
  nearDay(at: number): string;
  /** Hours and minutes. */
  time(at: number): string;
  /** For the attribute that tells programs what a time on a page means. */
  machine(at: number): string;
  /** The time zone that all of these are in, by its name. */
  zone(): string;
  /** In words that people use: « il y a 2 heures », "yesterday". */
  relative(at: number): string;
  number(value: number): string;
  /** Words beside each other, with an "and" before the last. */
  list(words: readonly string[]): string;
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
  // "Now" is said of itself: "this minute" is not how people speak.
  if (Math.abs(distance) <= minute / 2) return [0, 'second'];
  if (unit !== 'day') return [Math.round(distance / length), unit];
  const days = Math.round((noonOf(at) - noonOf(now)) / day);
  return days === 0 ? [Math.round(distance / hour), 'hour'] : [days, 'day'];
}

/**
 * Creates the formatters of one language. They are expensive to create and cheap to use: one set per language and process.
 * @param clock epoch ms, the current time for `relative` and `nearDay`
 */
export function createFormats(language: Language, clock: () => number): Formats {
  const { date, dateTime, weekday, time, zone } = dateFormatters(language);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const distanceWords = memoizeDistances(relative);
  const number = new Intl.NumberFormat(language);
  const list = new Intl.ListFormat(language);
  return {
    date: (at) => date.format(at),
    dateTime: (at) => dateTime.format(at),
    day: (at) => weekday.format(at),
    nearDay: (at) => {
      const days = Math.round((noonOf(at) - noonOf(clock())) / day);
      return days === 0 || days === -1 ? relative.format(days, 'day') : '';
    },
    time: (at) => time.format(at),
    machine: (at) => new Date(at).toISOString(),
    zone: () => zone.formatToParts(clock()).find(({ type }) => type === 'timeZoneName')?.value ?? '',
    relative: (at) => distanceWords(...distanceIn(at, clock())),
    number: (value) => number.format(value),
    list: (words) => list.format(words),
  };
}

function dateFormatters(language: Language) {
  const fullDate = { day: 'numeric', month: 'long', year: 'numeric' } as const;
  const hourAndMinute = { hour: '2-digit', minute: '2-digit' } as const;
  const date = new Intl.DateTimeFormat(language, fullDate);
  // The generic name applies in summer and winter alike; UTC has only a specific one.
  const isUtc = date.resolvedOptions().timeZone === 'UTC';
  return {
    date,
    dateTime: new Intl.DateTimeFormat(language, { ...fullDate, ...hourAndMinute, timeZoneName: 'short' }),
    weekday: new Intl.DateTimeFormat(language, { weekday: 'long', ...fullDate }),
    time: new Intl.DateTimeFormat(language, hourAndMinute),
    zone: new Intl.DateTimeFormat(language, { timeZoneName: isUtc ? 'long' : 'longGeneric' }),
  };
}

/** Formats each distance once: a list shows the same few distances many times. */
function memoizeDistances(formatter: Intl.RelativeTimeFormat) {
  const known = new Map<string, string>();
  return (amount: number, unit: Intl.RelativeTimeFormatUnit): string => {
    const key = `${amount} ${unit}`;
    let words = known.get(key);
    if (words === undefined) known.set(key, (words = formatter.format(amount, unit)));
    return words;
  };
}

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
const steps: readonly [limit: number, length: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60 * minute, minute, 'minute'],
  [24 * 60 * minute, 60 * minute, 'hour'],
  [7 * 24 * 60 * minute, 24 * 60 * minute, 'day'],
  [31 * 24 * 60 * minute, 7 * 24 * 60 * minute, 'week'],
  [365 * 24 * 60 * minute, 30.44 * 24 * 60 * minute, 'month'],
  [Number.POSITIVE_INFINITY, 365.25 * 24 * 60 * minute, 'year'],
];

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
  return {
    date: (at) => date.format(at),
    dateTime: (at) => dateTime.format(at),
    relative: (at) => {
      const distance = at - clock();
      const [, length, unit] = steps.find(([limit]) => Math.abs(distance) < limit) ?? steps[5] ?? [0, minute, 'minute'];
      return relative.format(Math.round(distance / length), unit);
    },
    number: (value) => number.format(value),
  };
}

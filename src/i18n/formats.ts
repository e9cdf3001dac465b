/** Formats dates, numbers and lists in one locale. Times are epoch ms. */
export interface Formats {
  date(at: number): string;
  dateTime(at: number): string;
  /** The date with its weekday: « lundi 23 novembre 2026 ». */
  day(at: number): string;
  /** "today" or "yesterday"; '' for any other day. */
  todayOrYesterday(at: number): string;
  /** Hours and minutes. */
  time(at: number): string;
  /** ISO 8601, for the `datetime` attribute of <time>. */
  iso8601(at: number): string;
  /** The name of the time zone that all times are shown in. */
  zone(): string;
  /** Relative to now: « il y a 2 heures », "yesterday". */
  relative(at: number): string;
  number(value: number): string;
  /** Joins items with commas, and with "and" before the last. */
  list(items: readonly string[]): string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// At 12 hours or more, count calendar days, so that yesterday evening reads "yesterday" and not "20 hours ago".
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
  // Zero seconds are formatted as "now"; zero minutes would be formatted as "this minute".
  if (Math.abs(distance) <= minute / 2) return [0, 'second'];
  if (unit !== 'day') return [Math.round(distance / length), unit];
  const days = Math.round((noonOf(at) - noonOf(now)) / day);
  return days === 0 ? [Math.round(distance / hour), 'hour'] : [days, 'day'];
}

// Exceeds the number of locales in use on any portal. Without a limit, a client that requests every locale could
// exhaust the memory.
const maxKeptLocales = 100;

/**
 * Creates formatters lazily and caches them per locale, because construction is expensive.
 * @param clock returns the current time in epoch ms, for `relative` and `todayOrYesterday`
 */
export function createFormatsByLocale(clock: () => number): (locale: string) => Formats {
  const kept = new Map<string, Formats>();
  return (locale) => {
    const known = kept.get(locale);
    if (known !== undefined) return known;
    const formats = createFormats(locale, clock);
    if (kept.size < maxKeptLocales) kept.set(locale, formats);
    return formats;
  };
}

/**
 * Creates the formatters of one locale.
 * @param locale BCP 47, such as `en-GB`
 * @param clock returns the current time in epoch ms, for `relative` and `todayOrYesterday`
 */
export function createFormats(locale: string, clock: () => number): Formats {
  const { date, dateTime, weekday, time, zone } = dateFormatters(locale);
  const formatDate = new Intl.Locale(locale).language === 'fr' ? formatFrenchDate : formatAsGiven;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const formatDistance = memoizeDistances(relative);
  const number = new Intl.NumberFormat(locale);
  const list = new Intl.ListFormat(locale);
  return {
    date: (at) => formatDate(date, at),
    dateTime: (at) => formatDate(dateTime, at),
    day: (at) => formatDate(weekday, at),
    todayOrYesterday: (at) => {
      const days = Math.round((noonOf(at) - noonOf(clock())) / day);
      return days === 0 || days === -1 ? relative.format(days, 'day') : '';
    },
    time: (at) => time.format(at),
    iso8601: (at) => new Date(at).toISOString(),
    zone: () => zone.formatToParts(clock()).find(({ type }) => type === 'timeZoneName')?.value ?? '',
    relative: (at) => formatDistance(...distanceIn(at, clock())),
    number: (value) => number.format(value),
    list: (items) => list.format(items),
  };
}

function dateFormatters(locale: string) {
  const fullDate = { day: 'numeric', month: 'long', year: 'numeric' } as const;
  const date = new Intl.DateTimeFormat(locale, fullDate);
  const { hourCycle } = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions();
  // A 12-hour clock shows "9:27 AM", a 24-hour clock « 09:27 ».
  const hourAndMinute = { hour: hourCycle === 'h12' ? 'numeric' : '2-digit', minute: '2-digit' } as const;
  // The generic name covers standard and daylight saving time. UTC has no generic name.
  const isUtc = date.resolvedOptions().timeZone === 'UTC';
  return {
    date,
    dateTime: new Intl.DateTimeFormat(locale, { ...fullDate, ...hourAndMinute, timeZoneName: 'short' }),
    weekday: new Intl.DateTimeFormat(locale, { weekday: 'long', ...fullDate }),
    time: new Intl.DateTimeFormat(locale, hourAndMinute),
    zone: new Intl.DateTimeFormat(locale, { timeZoneName: isUtc ? 'long' : 'longGeneric' }),
  };
}

const formatAsGiven = (formatter: Intl.DateTimeFormat, at: number): string => formatter.format(at);

/** Formats a date, with an ordinal for the first day of a month, which Intl does not use: « 1er mars 2026 ». */
function formatFrenchDate(formatter: Intl.DateTimeFormat, at: number): string {
  if (new Date(at).getDate() !== 1) return formatter.format(at);
  const parts = formatter.formatToParts(at);
  return parts.map(({ type, value }) => (type === 'day' ? `${value}er` : value)).join('');
}

/** Caches formatted distances, because lists repeat the same few. */
function memoizeDistances(formatter: Intl.RelativeTimeFormat) {
  const cache = new Map<string, string>();
  return (amount: number, unit: Intl.RelativeTimeFormatUnit): string => {
    const key = `${amount} ${unit}`;
    let text = cache.get(key);
    if (text === undefined) cache.set(key, (text = formatter.format(amount, unit)));
    return text;
  };
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Language } from '../../src/domain/regions.ts';
import { createFormats } from '../../src/i18n/formats.ts';

const now = Date.UTC(2026, 10, 23, 12, 0);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const plain = (text: string): string => text.replace(/\s/g, ' ');

// Noon in Greenwich is the same date wherever these tests run, from New York to Tokyo.
const table: Record<
  Language,
  {
    date: string;
    firstDay: string;
    dayName: string;
    near: string[];
    number: string;
    relative: [at: number, words: string][];
  }
> = {
  en: {
    date: 'November 23, 2026',
    firstDay: 'Sunday, March 1, 2026',
    dayName: 'Monday, November 23, 2026',
    near: ['today', 'yesterday'],
    number: '1,234,567.5',
    relative: [
      [now, 'now'],
      [now - minute / 2, 'now'],
      [now - 2 * minute, '2 minutes ago'],
      [now + 3 * hour, 'in 3 hours'],
      [now - day, 'yesterday'],
      [now + day, 'tomorrow'],
      [now - 3 * day, '3 days ago'],
      [now - 14 * day, '2 weeks ago'],
      [now - 61 * day, '2 months ago'],
      [now - 800 * day, '2 years ago'],
    ],
  },
  fr: {
    date: '23 novembre 2026',
    firstDay: 'dimanche 1er mars 2026',
    dayName: 'lundi 23 novembre 2026',
    near: ['aujourd’hui', 'hier'],
    number: '1 234 567,5',
    relative: [
      [now - 2 * minute, 'il y a 2 minutes'],
      [now - 2 * hour, 'il y a 2 heures'],
      [now - day, 'hier'],
      [now - 2 * day, 'avant-hier'],
      [now + 5 * day, 'dans 5 jours'],
    ],
  },
  de: {
    date: '23. November 2026',
    firstDay: 'Sonntag, 1. März 2026',
    dayName: 'Montag, 23. November 2026',
    near: ['heute', 'gestern'],
    number: '1.234.567,5',
    relative: [
      [now - minute, 'vor 1 Minute'],
      [now - day, 'gestern'],
      [now - 2 * day, 'vorgestern'],
      [now + 2 * day, 'übermorgen'],
      [now - 366 * day, 'letztes Jahr'],
    ],
  },
};

for (const [language, { date, firstDay, dayName, near, number, relative }] of Object.entries(table)) {
  describe(`formats in ${language}`, () => {
    const formats = createFormats(language, () => now);

    test('follow the conventions of the language for dates and numbers', () => {
      assert.equal(plain(formats.date(now)), date);
      assert.equal(plain(formats.number(1_234_567.5)), number);
    });

    test("use the language's form for the first day of a month", () => {
      assert.equal(plain(formats.day(Date.UTC(2026, 2, 1, 12))), firstDay);
      assert.equal(plain(formats.date(Date.UTC(2026, 2, 1, 12))), firstDay.replace(/^\S+ /, ''));
    });

    test('include the date and the time zone in a timestamp', () => {
      const text = plain(formats.dateTime(now));
      assert.ok(text.includes(date), text);
      assert.match(text, /\d{2}:\d{2}/);
      assert.match(text, /UTC|GMT|[A-Z]{2,5}|[+-]\d/);
    });

    test('include the weekday in a day, and have names only for today and yesterday', () => {
      assert.equal(plain(formats.day(now)), dayName);
      assert.deepEqual([now, now - day, now - 2 * day, now + day].map(formats.todayOrYesterday), [...near, '', '']);
      assert.match(formats.time(now), /^\d{2}:\d{2}/);
    });

    for (const [at, words] of relative)
      test(`describe a relative time as “${words}”`, () => assert.equal(plain(formats.relative(at)), words));
  });
}

test('the time zone has the same name in summer and winter', () => {
  const { TZ } = process.env;
  try {
    for (const [zone, name] of Object.entries({
      'Europe/Paris': 'heure d’Europe centrale',
      UTC: 'temps universel coordonné',
    })) {
      process.env.TZ = zone;
      for (const at of [now, now - 150 * day]) assert.equal(createFormats('fr', () => at).zone(), name);
    }
  } finally {
    process.env.TZ = TZ;
    if (TZ === undefined) delete process.env.TZ;
  }
});

test('relative times follow the clock', () => {
  const clock = { now };
  const { relative } = createFormats('en', () => clock.now);
  assert.equal(relative(now - hour), '1 hour ago');
  clock.now += hour;
  assert.equal(relative(now - hour), '2 hours ago');
});

test('relative times count calendar days from one day on', () => {
  const noon = new Date(2026, 10, 23, 12).getTime();
  const { relative } = createFormats('en', () => noon);
  assert.equal(relative(new Date(2026, 10, 22, 23, 30).getTime()), 'yesterday');
  assert.equal(relative(new Date(2026, 10, 22, 0, 30).getTime()), 'yesterday');
  assert.equal(relative(new Date(2026, 10, 21, 23, 30).getTime()), '2 days ago');
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createScope } from '../../src/domain/scope.ts';
import { parse } from 'csv-parse/sync';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { openPortal } from '../support/portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person } from '../../src/domain/principal.ts';

const log = '/account-settings/activity-log';
const portal = await openPortal();

async function company() {
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(camille);
  return { tenant, camille, admin };
}

const count = (person: Person): number => person.$('.event').length;

describe('an address of the log that was made up', async () => {
  const { admin } = await company();
  const everything: Record<string, string> = {
    'a kind that there is not': 'kind=nothing',
    'a kind from inside': 'kind=constructor',
    'two kinds': 'kind=users&kind=refused',
    'an id that is none': 'user=1%20or%201=1',
    'an id with a pattern': 'user=%25',
    'two ids': `user=${randomUUID()}&user=${randomUUID()}`,
    'an object for an id': 'user[$ne]=x',
    'a date that the calendar does not have': 'from=2026-11-31',
    'a date in words': 'from=yesterday',
    'a date before time': 'from=0000-00-00',
    'a date beyond time': 'to=99999-01-01',
    'a date with a time': 'from=2026-11-23T10:00',
    'two dates': 'from=2026-01-01&from=2027-01-01',
    'a place that is none': 'after=x',
    'a place with a sign': 'after=-1--1',
    'a place without end': `after=${'9'.repeat(400)}-1`,
    'a place that is too much for a number': `after=${'9'.repeat(16)}-1`,
    'a prototype': '__proto__[user]=x&constructor.prototype=y',
    'a name that is too long': `person=${'x'.repeat(101)}`,
    'broken percent signs': 'kind=%E0%A4%A&from=%',
  };
  for (const [what, query] of Object.entries(everything)) {
    it(`reads as if it did not say it: ${what}`, async () => {
      await admin.visit(`${log}?${query}`);
      assert.deepEqual([admin.status, count(admin)], [200, 1]);
    });
  }

  const nothing: Record<string, string> = {
    'the id of nobody': `user=${randomUUID()}`,
    'a day before its beginning': 'from=2026-11-23&to=2026-11-22',
    'a place before all': 'after=0-0',
    'a place behind all': `before=${'9'.repeat(15)}-1`,
    'the last day that there is': 'from=9999-12-31',
  };
  for (const [what, query] of Object.entries(nothing)) {
    it(`finds nothing: ${what}`, async () => {
      await admin.visit(`${log}?${query}`);
      assert.deepEqual([admin.status, count(admin)], [200, 0]);
      admin.sees('No event fits');
    });
  }

  const nobody = [
    '%',
    '_',
    "' or 1=1 --",
    '\\',
    '<script>',
    '{{zzyzx}}',
    '$t(common:product)',
    '\u202E'.repeat(50),
    '%25%00',
  ];
  for (const typed of nobody) {
    it(`asks for nobody by ${JSON.stringify(typed)}`, async () => {
      await admin.visit(`${log}?person=${typed.endsWith('%00') ? typed : encodeURIComponent(typed)}`);
      assert.equal(admin.status, typed.endsWith('%00') ? 400 : 200);
      if (admin.status === 200) admin.sees('Nobody of this name');
    });
  }
});

describe('names that are meant to do harm', async () => {
  const { tenant, camille, admin } = await company();
  const names = [
    '<img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    '{{7*7}} {{actor}} $t(common:product)',
    '%s <%= 7*7 %> ${7*7}',
    '\u202Egnp.exe\u2066',
    'Zoë "the" Great; Sales, North',
    '=cmd|" /C calc"!A0',
    '+1+1',
    '-2+3',
    '@SUM(1;2)',
    '\uFF1D1+1',
    "';drop table activity;--",
    'two\r\nlines',
  ];
  const scope = createScope({ ...tenant.scope, principal: person(camille), address: '=HYPERLINK("http://x")' });
  for (const displayName of names) {
    const user = await aUser(portal, tenant, { displayName });
    const changes = [{ field: 'displayName', from: displayName, to: `${displayName}!` }] as const;
    await activityStore.record(portal.database, scope, { kind: 'user.edited', changes }, user.id, portal.clock.now);
  }

  it('are only names on the page, each isolated', async () => {
    await admin.visit(`${log}?kind=users`);
    const shown = admin
      .$('.event-text bdi:last-of-type')
      .toArray()
      .map((each) => normalizeSpace(admin.$(each).text()));
    assert.deepEqual(shown.sort(), names.map(normalizeSpace).sort());
    assert.equal(admin.$('.timeline img, .timeline svg:not(.icon), .timeline script').length, 0);
    assert.equal(admin.$('.event-detail bdi').filter((_, each) => admin.$(each).text() === names[2]).length, 1);
  });

  it('are no formulas in a CSV file, and nothing in it is torn apart', async () => {
    const { text } = await admin.send('GET', `${log}/export.csv?kind=users`);
    const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
    assert.equal(rows.length, names.length);
    const guarded = names.map((name) => (/^[=+\-@\uFF1D]/.test(name) ? `'${name}` : name));
    assert.deepEqual(rows.map((row) => row.Concerning).sort(), guarded.sort());
    for (const row of rows) {
      for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/);
      assert.equal(row['From address'], `'=HYPERLINK("http://x")`);
    }
  });

  it('stand as they are in JSON Lines, each entry on a line of its own', async () => {
    const { text } = await admin.send('GET', `${log}/export.jsonl?kind=users`);
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.length, names.length + 2);
    const kept = lines.slice(1, -1).map((line) => {
      const { personal } = JSON.parse(line) as { personal: string };
      return (JSON.parse(personal) as { changes: { from: string }[] }).changes[0]?.from;
    });
    assert.deepEqual(kept.sort(), [...names].sort());
  });
});

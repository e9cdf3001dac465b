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

async function setUpTenant() {
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(camille);
  return { tenant, camille, admin };
}

const count = (person: Person): number => person.$('.event').length;

describe('a malformed activity log URL', async () => {
  const { admin } = await setUpTenant();
  const ignoredQueries: Record<string, string> = {
    'an unknown kind': 'kind=nothing',
    'the name of an inherited property as the kind': 'kind=constructor',
    'two kinds': 'kind=users&kind=refused',
    'an invalid ID': 'user=1%20or%201=1',
    'an ID that is a wildcard': 'user=%25',
    'two IDs': `user=${randomUUID()}&user=${randomUUID()}`,
    'an object as the ID': 'user[$ne]=x',
    'a date that does not exist': 'from=2026-11-31',
    'a date in words': 'from=yesterday',
    'a date before year 1': 'from=0000-00-00',
    'a date after year 9999': 'to=99999-01-01',
    'a date with a time': 'from=2026-11-23T10:00',
    'two dates': 'from=2026-01-01&from=2027-01-01',
    'an invalid position': 'after=x',
    'a position with a sign': 'after=-1--1',
    'a position of 400 digits': `after=${'9'.repeat(400)}-1`,
    'a position beyond the safe integers': `after=${'9'.repeat(16)}-1`,
    'prototype properties': '__proto__[user]=x&constructor.prototype=y',
    'a name that is too long': `person=${'x'.repeat(101)}`,
    'invalid percent encoding': 'kind=%E0%A4%A&from=%',
  };
  for (const [what, query] of Object.entries(ignoredQueries)) {
    it(`is treated as if the parameter were missing: ${what}`, async () => {
      await admin.visit(`${log}?${query}`);
      assert.deepEqual([admin.status, count(admin)], [200, 1]);
    });
  }

  const emptyQueries: Record<string, string> = {
    'an unknown user ID': `user=${randomUUID()}`,
    'a last day before the first day': 'from=2026-11-23&to=2026-11-22',
    'a position before the first entry': 'after=0-0',
    'a position after the last entry': `before=${'9'.repeat(15)}-1`,
    'the last representable day': 'from=9999-12-31',
  };
  for (const [what, query] of Object.entries(emptyQueries)) {
    it(`matches no entries: ${what}`, async () => {
      await admin.visit(`${log}?${query}`);
      assert.deepEqual([admin.status, count(admin)], [200, 0]);
      admin.sees('No events match your filters');
    });
  }

  const unknownNames = [
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
  for (const typed of unknownNames) {
    it(`finds no users named ${JSON.stringify(typed)}`, async () => {
      await admin.visit(`${log}?person=${typed.endsWith('%00') ? typed : encodeURIComponent(typed)}`);
      assert.equal(admin.status, typed.endsWith('%00') ? 400 : 200);
      if (admin.status === 200) admin.sees('No one matches that name');
    });
  }
});

describe('hostile display names in the activity log', async () => {
  const { tenant, camille, admin } = await setUpTenant();
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

  it('are shown as plain text on the page, each in its own bdi element', async () => {
    await admin.visit(`${log}?kind=users`);
    const shown = admin
      .$('.event-text bdi:last-of-type')
      .toArray()
      .map((each) => normalizeSpace(admin.$(each).text()));
    assert.deepEqual(shown.sort(), names.map(normalizeSpace).sort());
    assert.equal(admin.$('.timeline img, .timeline svg:not(.icon), .timeline script').length, 0);
    assert.equal(admin.$('.event-detail bdi').filter((_, each) => admin.$(each).text() === names[2]).length, 1);
  });

  it('are not formulas in the CSV export, and do not split rows', async () => {
    const { text } = await admin.send('GET', `${log}/export.csv?kind=users`);
    const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
    assert.equal(rows.length, names.length);
    const guarded = names.map((name) => (/^[=+\-@\uFF1D]/.test(name) ? `'${name}` : name));
    assert.deepEqual(rows.map((row) => row['Affected user']).sort(), guarded.sort());
    for (const row of rows) {
      for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/);
      assert.equal(row['IP address'], `'=HYPERLINK("http://x")`);
    }
  });

  it('are unchanged in the JSON Lines export, with one line per entry', async () => {
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

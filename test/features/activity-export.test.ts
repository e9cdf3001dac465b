import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { sha256 } from '../../src/platform/database/digest.ts';
import type { ActivityEvent } from '../../src/domain/activity/event.ts';
import { languages } from '../locales/catalogue.ts';
import { createFileCheck } from '../../src/core/activity/verify-file.ts';
import { paths } from '../../src/site/http/paths.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { aTenant, aUser, type TestTenant } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

const portal = await openPortal();
const [csv, jsonl] = [paths.activityCsv, paths.activityJsonLines];

async function setUpTenant(language: (typeof languages)[number] = 'en') {
  const tenant = await aTenant(portal, { language });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const admin = await aPerson(portal, { 'Accept-Language': language }).signIn(camille);
  return { tenant, camille, admin };
}

/** Records the same event `count` times, with seven different timestamps. */
const record = ({ scope }: TestTenant, count: number, event: ActivityEvent, targetId: string | null = null) =>
  portal.database.transaction(async (tx) => {
    for (let each = 0; each < count; each++)
      await activityStore.record(tx, scope, event, targetId, portal.clock.now + (each % 7));
  });

const kindsOf = async ({ id }: TestTenant): Promise<string[]> =>
  ((await portal.database.knex('activity').where({ tenant_id: id }).orderBy('place')) as { kind: string }[]).map(
    ({ kind }) => kind,
  );

/** @returns the first fault, the number of valid entries and whether the file is complete */
function checkFile(text: string): [fault: unknown, entries: number | undefined, whole: boolean | undefined] {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const check = createFileCheck(first, sha256);
  let fault: unknown = null;
  for (const line of lines) fault ??= check?.next(line) ?? null;
  return [fault ?? check?.end(), check?.entries(), check?.whole];
}

describe('an activity log export as JSON Lines', () => {
  it('contains every entry of the hash chain and ends with the entry that records the export', async () => {
    const { tenant, admin } = await setUpTenant();
    await record(tenant, 1_100, { kind: 'tenant.resumed' });
    const { status, headers, text } = await admin.send('GET', jsonl);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/x-ndjson; charset=utf-8');
    assert.match(String(headers['content-disposition']), /^attachment; filename="?activity-log-2026-11-23.jsonl"?$/);
    assert.deepEqual([headers['cache-control'], headers.vary], ['no-store', 'Cookie, Accept-Language']);
    assert.deepEqual(checkFile(text), [null, 1_102, true]);
    const last = JSON.parse(text.trimEnd().split('\n').at(-2) ?? '') as { kind: string; data: string };
    assert.deepEqual(
      [last.kind, last.data],
      ['activity.exported', '{"format":"jsonl","filters":[],"principal":{"kind":"person"}}'],
    );
  });

  it('marks a filtered export as partial and includes the previous hash of each entry', async () => {
    const { tenant, camille, admin } = await setUpTenant();
    await record(tenant, 600, { kind: 'tenant.resumed' });
    await record(tenant, 600, { kind: 'user.blocked' }, camille.id);
    const { text } = await admin.send('GET', `${jsonl}?user=${camille.id}&kind=users&from=2026-11-23`);
    assert.deepEqual(checkFile(text), [null, 600, false]);
    assert.ok(text.includes('"previousHash"'));
    const recorded = (await portal.database.knex('activity').orderBy('id', 'desc').first()) as { data: string };
    assert.equal(
      recorded.data,
      '{"format":"jsonl","filters":["person","kind","firstDay"],"principal":{"kind":"person"}}',
    );
  });
});

describe('an activity log export as CSV', () => {
  for (const language of languages) {
    it(`uses the reader's language and the delimiter that Excel expects in that language (${language})`, async () => {
      const { t } = translator(language);
      const { tenant, admin } = await setUpTenant(language);
      await activityStore.record(portal.database, tenant.scope, { kind: 'tenant.suspended' }, null, portal.clock.now);
      const { text, headers } = await admin.send('GET', csv);
      assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
      assert.ok(text.startsWith('\uFEFF') && text.endsWith('\r\n'));
      const rows: string[][] = parse(text, { bom: true, delimiter: language === 'en' ? ',' : ';' });
      const { zone } = createFormats(language, () => portal.clock.now);
      assert.equal(rows[0]?.[1], t('activity:column.time', { zone: zone() }));
      const cells = rows.slice(1).map((row) => row.slice(0, 6));
      const time = '2026-11-23 09:00:00';
      const by = { actor: 'Camille Laurent', format: 'CSV' };
      const operator = t('activity:operator');
      assert.deepEqual(cells, [
        [
          '1',
          time,
          t('activity:kind.signIn_succeeded'),
          t('activity:sentence.signIn_succeeded', by),
          by.actor,
          by.actor,
        ],
        [
          '2',
          time,
          t('activity:kind.tenant_suspended'),
          t('activity:sentence.tenant_suspended', { actor: operator }),
          operator,
          '',
        ],
        [
          '3',
          time,
          t('activity:kind.activity_exported'),
          t('activity:sentence.activity_exported.whole', by),
          by.actor,
          '',
        ],
      ]);
    });
  }

  it('contains all matching entries, even if there are more than a thousand', async () => {
    const { tenant, admin } = await setUpTenant();
    await record(tenant, 1_200, { kind: 'tenant.resumed' });
    const { text } = await admin.send('GET', `${csv}?kind=organization`);
    const rows: string[][] = parse(text, { bom: true, from: 2 });
    const places = rows.map(([place]) => place);
    assert.equal(new Set(places).size, 1_200);
  });
});

describe('an activity log export', () => {
  const exportsOf = async (tenant: TestTenant): Promise<number> =>
    (await kindsOf(tenant)).filter((kind) => kind === 'activity.exported').length;

  it('is recorded, while a HEAD request returns no data and is not recorded', async () => {
    const { tenant, admin } = await setUpTenant();
    for (const path of [csv, jsonl]) {
      const before = await exportsOf(tenant);
      const head = await admin.send('HEAD', path);
      assert.deepEqual([head.status, head.text ?? '', await exportsOf(tenant)], [200, '', before]);
      await admin.send('GET', path);
      assert.equal(await exportsOf(tenant), before + 1);
    }
  });

  it('is throttled per user, with a Retry-After header', async () => {
    const { tenant, admin } = await setUpTenant();
    for (let count = 0; count < 12; count++) assert.equal((await admin.send('GET', csv)).status, 200);
    const { status, headers, text } = await admin.send('GET', jsonl);
    assert.equal(status, 429);
    assert.ok(Number(headers['retry-after']) > 0 && headers['content-disposition'] === undefined);
    assert.match(text, /Too many attempts/);
    assert.equal(await exportsOf(tenant), 12);
    const colleague = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    const other: Person = await aPerson(portal).signIn(colleague);
    assert.equal((await other.send('GET', csv)).status, 200);
  });
});

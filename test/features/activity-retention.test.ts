import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/database/digest.ts';
import { createFileCheck } from '../../src/core/activity/verify-file.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { advanceTime, openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import { translator } from '../support/translator.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const dayMs = 24 * 60 * 60_000;
const forbidden = { activityLog: { retentionDays: 30, export: 'forbidden' } };

describe('an activity log with a retention of 30 days', async () => {
  const activityLog = { retentionDays: 30, export: 'allowed' };
  const portal = await openPortal({ environment: withRules({ activityLog }) });
  const tenant = await aTenant(portal);
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  await aPerson(portal).signIn(camille);
  await advanceTime(portal, 40 * dayMs);
  await portal.background.runAll();
  const admin = await aPerson(portal).signIn(camille);

  /** @returns the first fault in the edited file, or the position from which the file is valid */
  async function check(address: string, edit: (lines: string[]) => void = () => {}): Promise<string> {
    const lines = (await admin.visit(address)).body.trimEnd().split('\n');
    edit(lines);
    const follow = createFileCheck(lines[0]!, sha256)!;
    let fault = null;
    for (const line of lines.slice(1)) fault ??= follow.next(line);
    fault ??= follow.end();
    return fault === null ? `good from ${follow.anchor.place}` : `${fault.fault} at ${fault.place}`;
  }
  const change =
    (index: number, from: string, to: string) =>
    (lines: string[]): void => {
      assert.ok(lines[index]!.includes(from), lines[index]);
      lines[index] = lines[index]!.replace(from, to);
    };

  it('shows the retention period and the time up to which entries have been deleted', async () => {
    await admin.visit(paths.activityLog);
    admin.sees('Dans la région Monde, les entrées sont conservées pendant 30 jours, puis supprimées définitivement.');
    admin.sees('Les entrées du journal jusqu’au numéro 1 ont été supprimées');
    await admin.visit(paths.region);
    admin.sees(/Durée de conservation du journal d’activité\s*30 jours/);
  });

  it('exports complete and filtered files that are verifiable from the first remaining entry', async () => {
    assert.equal(await check(paths.activityJsonLines), 'good from 1');
    assert.equal(await check(`${paths.activityJsonLines}?kind=organization`), 'good from 1');
  });

  const table: [what: string, edit: (lines: string[]) => void, fault: string][] = [
    ['a file without its first entry', (lines) => void lines.splice(1, 1), 'missing at 2'],
    ['a removed anchor', (lines) => void (lines[0] = lines[0]!.replace(/"anchor":\{[^}]*\},/, '')), 'missing at 1'],
    ['an anchor with another position', change(0, '"place":1', '"place":2'), 'missing at 3'],
    [
      'a file without its first entry and with a matching anchor',
      (lines) => {
        const [, second] = lines as [string, string];
        const { hash } = JSON.parse(second) as { hash: string };
        lines.splice(1, 1);
        lines[0] = lines[0]!.replace(/"anchor":\{[^}]*\}/, `"anchor":{"place":2,"hash":"${hash}"}`);
      },
      'frontCutOff at 2',
    ],
    ['a change to the entry that records the deletion', change(1, 'activity.trimmed', 'user.blocked'), 'changed at 2'],
    ['a change to the first remaining entry', change(1, '"at":', '"at":1'), 'changed at 2'],
  ];
  for (const [what, edit, fault] of table) {
    it(`detects ${what}`, async () => {
      // The entry that records the deletion comes later, so it remains if the first remaining entry is removed.
      assert.equal(await check(paths.activityJsonLines, edit), fault);
    });
  }
});

describe('an activity log that must not be exported', async () => {
  const portal = await openPortal({ environment: withRules(forbidden) });
  const own = await openPortal();
  const files = [paths.activityCsv, paths.activityJsonLines];

  for (const [whose, at, rules, because] of [
    ["the region's rules", portal, {}, 'nobody'],
    ["the organization's own rules", own, { logExport: 'forbidden' }, 'tenantNobody'],
  ] as const) {
    it(`offers no export, explains the reason and rejects requests for both files (${whose})`, async () => {
      const tenant = await aTenant(at, { language: 'en' });
      const admin = await aPerson(at, { 'Accept-Language': 'en' }).signIn(
        await aUser(at, tenant, { administratorLevel: 'global' }),
      );
      await tenantsStore.setOwnRules(at.database, tenant.scope, rules);
      const { t } = translator('en');
      await admin.visit(paths.activityLog);
      assert.equal(admin.$('.page-actions').length, 0);
      admin.sees(t(`rules:note.${because}`, { region: 'Worldwide', what: t('activity:action.activity_export') }));
      for (const file of files) {
        await admin.visit(file);
        assert.equal(admin.status, 403, file);
        admin.sees(t(`policy:${because}.text`, { region: 'Worldwide' }));
        assert.equal((await admin.send('HEAD', file)).status, 403);
      }
      const kinds = await at.database.knex('activity').where({ tenant_id: tenant.id, kind: 'activity.exported' });
      assert.equal(kinds.length, 0);
    });
  }
});

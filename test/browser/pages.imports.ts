import type { Page } from 'playwright-core';
import type { ImportState, PlannedRow } from '../../src/domain/imports.ts';
import { aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { scopeOf, aStagedImport, importPath } from '../support/imports.ts';
import type { Portal } from '../support/portal.ts';
import { longName } from './large-tenant.ts';
import type { PageState } from './pages.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import * as importJobStore from '../../src/core/imports/import-job.store.ts';
import * as downloadLeaseStore from '../../src/core/imports/download-lease.store.ts';

const dayMs = 86_400_000;

const rowsOf = (tenant: TestTenant, patient: TestUser, userId: string): PlannedRow[] => [
  {
    ...{
      line: 2,
      username: patient.username,
      displayName: patient.displayName,
      outcome: 'changed',
      userId: patient.id,
    },
    changes: [
      { field: 'firstName', from: 'Jean', to: longName },
      { field: 'language', from: null, to: 'fr' },
      { field: 'administratorLevel', from: 'userManagement', to: 'global' },
    ],
  },
  {
    ...{ line: 3, username: `neu@${tenant.domain}`, displayName: longName, outcome: 'added', userId },
    user: {
      ...{ firstName: longName, lastName: '', displayName: longName, language: 'de' },
      ...{ administratorLevel: 'billing', agentLevel: 'helpdesk' },
    },
  },
  { line: 4, username: `same@${tenant.domain}`, displayName: 'عبد الرحمن ابن خلدون', outcome: 'unchanged' },
  {
    ...{ line: 5, username: 'a'.repeat(60), displayName: '', outcome: 'refused' },
    faults: [
      { field: 'administratorLevel', code: 'importRow.unknownValue', parameters: { value: 'x'.repeat(40) } },
      { field: 'username', code: 'username.otherDomain' },
    ],
  },
];

/** Pages of an import in each of its states. */
export async function importPages(
  portal: Portal,
  tenant: TestTenant,
  admin: TestUser,
  patient: TestUser,
): Promise<PageState[]> {
  const { database, clock } = portal;
  const newcomer = await aUser(portal, tenant, { displayName: longName, password: 'temporary' });
  const expiresAt = clock.now + dayMs;
  const scope = scopeOf(tenant, admin);
  const staged = async (rows: PlannedRow[]): Promise<string> => aStagedImport(portal, tenant, admin, rows);
  const end = async (state: Extract<ImportState, 'applied' | 'aborted'>, rows: PlannedRow[]): Promise<string> => {
    const id = await staged(rows);
    const counts = { added: 1, changed: 1, unchanged: 1, refused: 1 };
    await importJobStore.finish(database, id, {
      state,
      counts,
      abortReason: state === 'applied' ? null : 'rows',
      at: clock.now,
      expiresAt,
    });
    return id;
  };
  const all = rowsOf(tenant, patient, crypto.randomUUID());
  const wanted = await staged(all);
  await importsStore.confirm(database, scope, wanted, { mode: 'validRowsOnly', epoch: 0, expiresAt });
  // The passwords of this import have not been downloaded; those of the next one have.
  const done = await end('applied', rowsOf(tenant, patient, newcomer.id));
  const delivered = await end('applied', all);
  await downloadLeaseStore.claim(database, scope, delivered, 'x', { now: clock.now, until: clock.now });
  await downloadLeaseStore.release(database, scope, delivered, 'x', clock.now);
  const at = (id: string): string => `${importPath}/${id}`;
  const page = (name: string, address: string): PageState => ({ name, open: (reader) => reader.goto(address) });
  return [
    page('import', importPath),
    {
      name: 'import without a file',
      hasErrors: true,
      open: async (reader) => {
        await reader.goto(importPath);
        await reader.locator('main form button[type=submit]').click();
        await reader.locator('.error-summary').waitFor();
      },
    },
    page('import, checked', at(await staged(all))),
    page('import, checked without faults', at(await staged(all.slice(0, 3)))),
    page('import, no matching rows', `${at(await staged(all.slice(0, 1)))}?outcome=added`),
    { name: 'import, running', open: (reader) => openStill(reader, at(wanted)) },
    page('import, done', at(done)),
    page('import, stopped', at(await end('aborted', all))),
    page('import, passwords downloaded', at(delivered)),
    {
      name: 'passwords no longer available',
      open: async (reader) => {
        await reader.goto(at(delivered));
        await reader.evaluate(resend(`${at(delivered)}/passwords`));
        await reader.waitForURL('**/passwords');
      },
    },
  ];
}

// Omits the Refresh header, which would reload the page during the check.
async function openStill(reader: Page, address: string): Promise<void> {
  await reader.route(
    `**${address}`,
    async (route) => {
      const response = await route.fetch();
      const { refresh: _, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    },
    { times: 1 },
  );
  await reader.goto(address);
}

// Simulates a form that was opened earlier, because the page no longer contains one.
const resend = (address: string): string => `{
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '${address}';
  form.append(document.querySelector('[name=_csrf]').cloneNode());
  document.body.append(form);
  form.submit();
}`;

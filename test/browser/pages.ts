import type { Page } from 'playwright-core';
import { resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import type { LargeTenant } from './large-tenant.ts';

/** A page in one of its states. */
export interface PageState {
  readonly name: string;
  readonly open: (page: Page) => Promise<unknown>;
  /** Whether the page is the response to an invalid form. */
  readonly hasErrors?: true;
}

export const usersPage = '/account-settings/user-management';
const log = '/account-settings/activity-log';
const press = (page: Page): Promise<void> => page.locator('main form button[type=submit]').first().click();
export const at = (name: string, address: string): PageState => ({ name, open: (page) => page.goto(address) });

export async function submitInvalid(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`main [name=${name}]`, value);
  await press(page);
  await page.locator('.error-summary').waitFor();
}

const invalidForm = (name: string, address: string, fields: Readonly<Record<string, string>> = {}): PageState => ({
  name,
  hasErrors: true,
  open: async (page) => {
    await page.goto(address);
    await submitInvalid(page, fields);
  },
});

export function visitorPages(token: string): PageState[] {
  const toPassword = async (page: Page): Promise<void> => {
    await page.goto('/sign-in');
    await page.fill('[name=username]', 'nobody@nowhere.example');
    await press(page);
    await page.waitForURL('**/sign-in/password');
  };
  return [
    at('sign-in', '/sign-in'),
    invalidForm('sign-in without a user name', '/sign-in'),
    at('sign-in, redirected by another region', '/sign-in?from=germany'),
    invalidForm('sign-in, redirected, without a user name', '/sign-in?from=germany'),
    { name: 'password', open: toPassword },
    {
      name: 'wrong password',
      hasErrors: true,
      open: async (page) => {
        await toPassword(page);
        await submitInvalid(page, { password: 'something else' });
      },
    },
    at('setup', `/set-up/${token}`),
    invalidForm('setup, invalid', `/set-up/${token}`, { newPassword: 'short' }),
    at('region, as a visitor', '/region'),
    at('not found, as a visitor', '/no-such-page'),
  ];
}

export const pendingPages: PageState[] = [
  at('forced change', '/change-password'),
  invalidForm('forced change, invalid', '/change-password', { newPassword: 'short', confirmPassword: 'other' }),
];

const requests = '/account-settings/approvals';
function approvalPages({ approvals, patient }: Pick<LargeTenant, 'approvals' | 'patient'>): PageState[] {
  const many = `act=delete&user=${patient.id}&user=${approvals.another}`;
  return [
    at('approvals', requests),
    at('own request', `${requests}/${approvals.own}`),
    at('request to decide', `${requests}/${approvals.others}`),
    at('new request', `${requests}/new?${many}`),
    invalidForm('new request without a reason', `${requests}/new?${many}`),
  ];
}

const ownPassword = { currentPassword: 'wrong', newPassword: 'short', confirmPassword: 'other' };
export const userPages: PageState[] = [
  at('dashboard of a user', '/dashboard'),
  at('profile', '/my-profile'),
  at('security', '/my-profile/security'),
  at('sessions', '/my-profile/sessions'),
  at('my data', '/my-profile/data'),
  at('own password', '/my-profile/password'),
  at('setup of a second factor', '/my-profile/security/second-factor'),
  at('recovery codes without a second factor', '/my-profile/security/second-factor/recovery-codes'),
  at('removal without a second factor', '/my-profile/security/second-factor/remove'),
  at('what is managed where', '/account-settings/where'),
  invalidForm('own password, invalid', '/my-profile/password', ownPassword),
  at('for administrators only', usersPage),
  at('not found', '/no-such-page'),
];

export function adminPages({ admin, patient, blocked, deleted, approvals }: LargeTenant): PageState[] {
  const reset = async (page: Page, change = ''): Promise<void> => {
    await page.goto(resetPasswordPath(patient.id));
    await page.evaluate(change);
    await press(page);
  };
  return [
    at('dashboard of an administrator', '/dashboard'),
    at('account settings', '/account-settings'),
    at('rules', '/account-settings/rules'),
    at('list', usersPage),
    at('list, sorted and filtered', `${usersPage}?q=a&level=none&sort=-lastSignIn`),
    at('list without matches', `${usersPage}?q=nobody+at+all`),
    at('new user', `${usersPage}/new`),
    invalidForm('new user, invalid', `${usersPage}/new`),
    at('list, all users selected', `${usersPage}?choose=all`),
    at('bulk deletion', `${usersPage}/bulk?action=delete&user=${patient.id}&user=${admin.id}`),
    at('bulk action without users', `${usersPage}/bulk?action=block`),
    {
      name: 'bulk reset, passwords shown',
      open: async (page) => {
        await page.goto(`${usersPage}/bulk?action=reset&user=${patient.id}&user=${blocked.id}&user=${admin.id}`);
        await press(page);
        await page.locator('.temporary-password').first().waitFor();
      },
    },
    ...approvalPages({ approvals, patient }),
    at('deleted users', `${usersPage}/deleted`),
    at('confirmation of a deletion', `${userPath(patient.id)}/delete`),
    at('activity log', log),
    at('activity log, filtered by user', `${log}?user=${admin.id}&kind=signIn&from=2026-01-01`),
    at('activity log, no matching entries', `${log}?kind=organization&to=2001-01-01`),
    at('activity log, several matching users', `${log}?person=a`),
    at('activity log, no matching user', `${log}?person=nobody+at+all`),
    at('user', userPath(patient.id)),
    {
      name: 'user with a concurrent change',
      open: async (page) => {
        await page.goto(userPath(patient.id));
        await page.evaluate('document.querySelector(`[name="shown.firstName"]`).value = "Another"');
        await page.fill('#firstName', 'Yet another');
        await press(page);
        await page.locator('#firstName-stored').waitFor();
      },
    },
    at('blocked user', userPath(blocked.id)),
    at('own user page', userPath(admin.id)),
    at('confirmation', resetPasswordPath(patient.id)),
    at('confirmation of an erasure', `${userPath(deleted.id)}/erase`),
    at('personal data, confirmation', `${userPath(patient.id)}/data`),
    {
      name: 'personal data',
      open: async (page) => {
        await page.goto(`${userPath(patient.id)}/data`);
        await press(page);
        await page.locator('#account').waitFor();
      },
    },
    {
      name: 'reset, password shown',
      open: async (page) => {
        await reset(page);
        await page.locator('#temporary-password').waitFor();
      },
    },
    {
      name: 'stale confirmation',
      open: async (page) => {
        await reset(page, 'document.querySelector("[name=epoch]").value = "-1"');
        await page.locator('a[href$=reset-password]').waitFor();
      },
    },
    {
      name: 'stale form',
      open: async (page) => {
        await reset(page, 'document.querySelector("main [name=_csrf]").value = "stale"');
        await page.locator('.notice-warning').first().waitFor();
      },
    },
  ];
}

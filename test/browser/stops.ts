import type { Page } from 'playwright-core';
import { resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import type { Crowd } from './crowd.ts';

/** A page in one of its states. */
export interface Stop {
  readonly name: string;
  readonly open: (page: Page) => Promise<unknown>;
  /** Whether the page is the response to an invalid form. */
  readonly faulty?: true;
}

export const users = '/account-settings/user-management';
const log = '/account-settings/activity-log';
const press = (page: Page): Promise<void> => page.locator('main form button[type=submit]').first().click();
export const at = (name: string, address: string): Stop => ({ name, open: (page) => page.goto(address) });

export async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`main [name=${name}]`, value);
  await press(page);
  await page.locator('.error-summary').waitFor();
}

const faulty = (name: string, address: string, fields: Readonly<Record<string, string>> = {}): Stop => ({
  name,
  faulty: true,
  open: async (page) => {
    await page.goto(address);
    await fill(page, fields);
  },
});

export function visitorsStops(token: string): Stop[] {
  const toPassword = async (page: Page): Promise<void> => {
    await page.goto('/sign-in');
    await page.fill('[name=username]', 'nobody@nowhere.example');
    await press(page);
    await page.waitForURL('**/sign-in/password');
  };
  return [
    at('sign-in', '/sign-in'),
    faulty('sign-in without a user name', '/sign-in'),
    at('sign-in, redirected by another region', '/sign-in?from=germany'),
    faulty('sign-in, redirected, without a user name', '/sign-in?from=germany'),
    { name: 'password', open: toPassword },
    {
      name: 'wrong password',
      faulty: true,
      open: async (page) => {
        await toPassword(page);
        await fill(page, { password: 'something else' });
      },
    },
    at('setup', `/set-up/${token}`),
    faulty('setup, invalid', `/set-up/${token}`, { newPassword: 'short' }),
    at('region, as a visitor', '/region'),
    at('not found, as a visitor', '/no-such-page'),
  ];
}

export const pendingStops: Stop[] = [
  at('forced change', '/change-password'),
  faulty('forced change, invalid', '/change-password', { newPassword: 'short', confirmPassword: 'other' }),
];

const requests = '/account-settings/approvals';
function approvalStops({ approvals, patient }: Pick<Crowd, 'approvals' | 'patient'>): Stop[] {
  const many = `act=delete&user=${patient.id}&user=${approvals.another}`;
  return [
    at('approvals', requests),
    at('own request', `${requests}/${approvals.own}`),
    at('request to decide', `${requests}/${approvals.others}`),
    at('new request', `${requests}/new?${many}`),
    faulty('new request without a reason', `${requests}/new?${many}`),
  ];
}

const ownPassword = { currentPassword: 'wrong', newPassword: 'short', confirmPassword: 'other' };
export const usersStops: Stop[] = [
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
  faulty('own password, invalid', '/my-profile/password', ownPassword),
  at('for administrators only', users),
  at('not found', '/no-such-page'),
];

export function adminsStops({ admin, patient, blocked, deleted, approvals }: Crowd): Stop[] {
  const reset = async (page: Page, change = ''): Promise<void> => {
    await page.goto(resetPasswordPath(patient.id));
    await page.evaluate(change);
    await press(page);
  };
  return [
    at('dashboard of an administrator', '/dashboard'),
    at('account settings', '/account-settings'),
    at('rules', '/account-settings/rules'),
    at('list', users),
    at('list, sorted and filtered', `${users}?q=a&level=none&sort=-lastSignIn`),
    at('list without matches', `${users}?q=nobody+at+all`),
    at('new user', `${users}/new`),
    faulty('new user, invalid', `${users}/new`),
    at('list, all users selected', `${users}?choose=all`),
    at('bulk deletion', `${users}/bulk?action=delete&user=${patient.id}&user=${admin.id}`),
    at('bulk action without users', `${users}/bulk?action=block`),
    {
      name: 'bulk reset, passwords shown',
      open: async (page) => {
        await page.goto(`${users}/bulk?action=reset&user=${patient.id}&user=${blocked.id}&user=${admin.id}`);
        await press(page);
        await page.locator('.temporary-password').first().waitFor();
      },
    },
    ...approvalStops({ approvals, patient }),
    at('deleted users', `${users}/deleted`),
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
        await page.locator('main code').waitFor();
      },
    },
  ];
}

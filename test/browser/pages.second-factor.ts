import { paths, fillPath } from '../../src/site/http/paths.ts';
import type { TestUser } from '../support/builders.ts';
import { totpCode, type SecondFactorUser } from '../support/second-factor.ts';
import type { ServedPortal } from '../support/browser.ts';
import { at, submitInvalid, type PageState } from './pages.ts';

const proof = { currentPassword: 'wrong', code: '000000' };

/** Pages of a user with a second factor. */
export function secondFactorPages(portal: ServedPortal, owner: SecondFactorUser): PageState[] {
  return [
    at('security with a second factor', paths.ownSecurity),
    at('new recovery codes', paths.ownRecoveryCodes),
    {
      name: 'new recovery codes, invalid',
      hasErrors: true,
      open: async (page) => {
        await page.goto(paths.ownRecoveryCodes);
        await submitInvalid(page, proof);
      },
    },
    at('removal of one’s own second factor', paths.removeOwnSecondFactor),
    {
      name: 'recovery codes',
      open: async (page) => {
        await page.goto(paths.ownRecoveryCodes);
        // Every run needs a new code.
        portal.clock.now += 60_000;
        await page.fill('[name=currentPassword]', owner.user.clearPassword);
        await page.fill('main [name=code]', totpCode(portal, owner.seed));
        await page.locator('main form button[type=submit]').first().click();
        await page.locator('.recovery-codes').waitFor();
      },
    },
  ];
}

/** Pages of a user who has entered the password but not the code. */
export const codePages: PageState[] = [
  at('code', paths.signInCode),
  {
    name: 'code, invalid',
    hasErrors: true,
    open: async (page) => {
      await page.goto(paths.signInCode);
      await submitInvalid(page, { code: '' });
    },
  },
];

/** Pages of a user who must set up a second factor. */
export const setupPages: PageState[] = [at('required setup', paths.ownSecondFactor)];

/** Pages of an administrator about another user's second factor. */
export const removalPages = (owner: TestUser, other: TestUser): PageState[] => [
  at('user with a second factor', fillPath(paths.user, { userId: owner.id })),
  at('confirmation of a removal', fillPath(paths.removeSecondFactor, { userId: owner.id })),
  at('no second factor to remove', fillPath(paths.removeSecondFactor, { userId: other.id })),
];

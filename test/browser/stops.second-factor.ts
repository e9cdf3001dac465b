import { paths, to } from '../../src/site/http/paths.ts';
import type { TestUser } from '../support/builders.ts';
import { totpCode, type SecondFactorUser } from '../support/second-factor.ts';
import type { ServedPortal } from '../support/browser.ts';
import { at, fill, type Stop } from './stops.ts';

const proof = { currentPassword: 'wrong', code: '000000' };

/** Pages of somebody who has a second factor. */
export function ownersStops(portal: ServedPortal, owner: SecondFactorUser): Stop[] {
  return [
    at('security with a second factor', paths.ownSecurity),
    at('new recovery codes', paths.ownRecoveryCodes),
    {
      name: 'new recovery codes, filled in wrongly',
      faulty: true,
      open: async (page) => {
        await page.goto(paths.ownRecoveryCodes);
        await fill(page, proof);
      },
    },
    at('removal of one’s own second factor', paths.removeOwnSecondFactor),
    {
      name: 'recovery codes',
      open: async (page) => {
        await page.goto(paths.ownRecoveryCodes);
        // Each walk needs a code of its own.
        portal.clock.now += 60_000;
        await page.fill('[name=currentPassword]', owner.user.clearPassword);
        await page.fill('main [name=code]', totpCode(portal, owner.seed));
        await page.locator('main form button[type=submit]').first().click();
        await page.locator('.recovery-codes').waitFor();
      },
    },
  ];
}

/** Pages of somebody who gave the password and not yet the code. */
export const codeStops: Stop[] = [
  at('code', paths.signInCode),
  {
    name: 'code, filled in wrongly',
    faulty: true,
    open: async (page) => {
      await page.goto(paths.signInCode);
      await fill(page, { code: '' });
    },
  },
];

/** Pages of somebody of whom the rules require a second factor. */
export const setUpStops: Stop[] = [at('set-up that is required', paths.ownSecondFactor)];

/** What an administrator sees of another's. */
export const removalStops = (owner: TestUser, other: TestUser): Stop[] => [
  at('user with a second factor', to(paths.user, { userId: owner.id })),
  at('confirmation of a removal', to(paths.removeSecondFactor, { userId: owner.id })),
  at('nothing to be removed', to(paths.removeSecondFactor, { userId: other.id })),
];

import { setUpAndSignInSteps } from '../../tools/prove/flow/set-up-and-sign-in.ts';
import { wrongRegionSteps } from '../../tools/prove/flow/wrong-region.ts';
import type { ProveOptions } from '../../tools/prove/sites.ts';

/** Options for a proof with only the first steps, which are enough to detect a broken isolation. */
export const shortFlow = {
  rulesFiles: ['rules/worldwide.json', 'rules/germany.json'],
  flow: [{ steps: [...setUpAndSignInSteps, ...wrongRegionSteps], moment: 'after sign-in' }],
  ...{ databaseUrls: null, redisUrls: null },
} satisfies ProveOptions;

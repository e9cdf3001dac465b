import { setUpAndSignInSteps } from '../../tools/prove/flow/set-up-and-sign-in.ts';
import { wrongRegionStep } from '../../tools/prove/flow/wrong-region.ts';
import type { ProveOptions } from '../../tools/prove/sites.ts';

/** The way in alone, which is enough to see what is wrong. */
export const shortFlow = {
  rulesFiles: ['rules/worldwide.json', 'rules/germany.json'],
  flow: [{ steps: [...setUpAndSignInSteps, wrongRegionStep], moment: 'after the way in' }],
  ...{ databaseUrls: null, redisUrls: null },
} satisfies ProveOptions;

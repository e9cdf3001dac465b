import { entranceSteps } from '../../tools/prove/flow/set-up-and-sign-in.ts';
import { otherRegionStep } from '../../tools/prove/flow/wrong-region.ts';
import type { ProveOptions } from '../../tools/prove/sites.ts';

/** The way in alone, which is enough to see what is wrong. */
export const wayIn = {
  rulesFiles: ['rules/worldwide.json', 'rules/germany.json'],
  flow: [{ steps: [...entranceSteps, otherRegionStep], moment: 'after the way in' }],
  ...{ databaseUrls: null, redisUrls: null },
} satisfies ProveOptions;

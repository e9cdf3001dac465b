import { entranceSteps } from '../../../src/cli/prove/flow/entrance.ts';
import { otherRegionStep } from '../../../src/cli/prove/flow/other-region.ts';
import type { ProveOptions } from '../../../src/cli/prove/sites.ts';

/** The way in alone, which is enough to see what is wrong. */
export const wayIn = {
  rulesFiles: ['rules/worldwide.json', 'rules/germany.json'],
  flow: [{ steps: [...entranceSteps, otherRegionStep], moment: 'after the way in' }],
  ...{ databaseUrls: null, redisUrls: null },
} satisfies ProveOptions;

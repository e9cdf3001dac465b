import { approvalSteps } from './approvals.ts';
import { entranceSteps } from './set-up-and-sign-in.ts';
import { leavingSteps } from './deletion.ts';
import { linkSteps } from './links.ts';
import { manySteps } from './bulk.ts';
import { foundingStep, movedSteps, movingStep } from './moving.ts';
import { otherRegionStep } from './wrong-region.ts';
import { readingSteps } from './search-and-export.ts';
import { removalStep, secondFactorSteps } from './second-factor.ts';
import { supportOfMoverSteps, supportSteps } from './support.ts';
import { userSteps } from './users.ts';
import type { Chapter } from '../chapter.ts';

/**
 * The whole flow. Who adds a function to the portal adds a step here: what it does, what it plants into each field by
 * `plant`, and what the portal makes of it by `learn`. Nothing else needs to know of it.
 */
export const flow: readonly Chapter[] = [
  {
    steps: [
      ...[entranceSteps, userSteps, secondFactorSteps, linkSteps, approvalSteps, supportSteps].flat(),
      otherRegionStep,
    ],
    moment: 'after the work on single users',
  },
  {
    steps: [
      foundingStep,
      ...[userSteps, secondFactorSteps, linkSteps, approvalSteps, supportOfMoverSteps, manySteps].flat(),
    ],
    by: 'mover',
    moment: 'with the company that will move',
  },
  { steps: [...manySteps, ...readingSteps], moment: 'before anybody is deleted' },
  { steps: [removalStep, ...leavingSteps], moment: 'before the move' },
  { steps: [movingStep], by: 'mover', standing: 'moving', moment: 'during the move' },
  { steps: movedSteps, by: 'mover', standing: 'moved', moment: 'after the move' },
];

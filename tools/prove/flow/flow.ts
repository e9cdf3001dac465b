import type { Standing } from '../looks.ts';
import type { Step } from '../story.ts';
import { approvalSteps } from './approvals.ts';
import { entranceSteps } from './entrance.ts';
import { leavingSteps } from './leaving.ts';
import { linkSteps } from './links.ts';
import { manySteps } from './many.ts';
import { foundingStep, movedSteps, movingStep } from './moving.ts';
import { otherRegionStep } from './other-region.ts';
import { readingSteps } from './reading.ts';
import { removalStep, secondFactorSteps } from './second-factor.ts';
import { supportOfMoverSteps, supportSteps } from './support.ts';
import { userSteps } from './users.ts';

/** Part of the flow, with the moment behind it at which everything is read. */
export interface Chapter {
  readonly steps: readonly Step[];
  /** What the report calls the moment. */
  readonly moment: string;
  /** Who takes them: both regions, or the company that moves alone. */
  readonly by?: 'mover';
  /** Where that company is at home from then on. */
  readonly standing?: Standing;
}

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

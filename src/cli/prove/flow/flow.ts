import type { Step } from '../story.ts';
import { entranceSteps } from './entrance.ts';
import { leavingSteps } from './leaving.ts';
import { manySteps } from './many.ts';
import { readingSteps } from './reading.ts';
import { userSteps } from './users.ts';

/** Part of the flow, with the moment behind it at which everything is read. */
export interface Chapter {
  readonly steps: readonly Step[];
  /** What the report calls the moment. */
  readonly moment: string;
}

/**
 * The whole flow. Who adds a function to the portal adds a step here: what it does, what it plants into each field by
 * `plant`, and what the portal makes of it by `learn`. Nothing else needs to know of it.
 */
export const flow: readonly Chapter[] = [
  { steps: [...entranceSteps, ...userSteps], moment: 'after the work on single users' },
  { steps: [...manySteps, ...readingSteps], moment: 'before anybody is deleted' },
  { steps: leavingSteps, moment: 'before the stop' },
];

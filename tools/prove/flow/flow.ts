import { approvalSteps } from './approvals.ts';
import { setUpAndSignInSteps } from './set-up-and-sign-in.ts';
import { deletionSteps } from './deletion.ts';
import { linkSteps } from './links.ts';
import { bulkSteps } from './bulk.ts';
import { addMovingTenantStep, movedSteps, movingStep } from './moving.ts';
import { wrongRegionStep } from './wrong-region.ts';
import { searchAndExportSteps } from './search-and-export.ts';
import { removeSecondFactorStep, secondFactorSteps } from './second-factor.ts';
import { movingTenantSupportSteps, supportSteps } from './support.ts';
import { userSteps } from './users.ts';
import type { Chapter } from '../chapter.ts';

/**
 * The whole flow. Who adds a function to the portal adds a step here: what it does, what it plants into each field by
 * `plant`, and what the portal makes of it by `track`. Nothing else needs to know of it.
 */
export const flow: readonly Chapter[] = [
  {
    steps: [
      ...[setUpAndSignInSteps, userSteps, secondFactorSteps, linkSteps, approvalSteps, supportSteps].flat(),
      wrongRegionStep,
    ],
    moment: 'after the work on single users',
  },
  {
    steps: [
      addMovingTenantStep,
      ...[userSteps, secondFactorSteps, linkSteps, approvalSteps, movingTenantSupportSteps, bulkSteps].flat(),
    ],
    by: 'movingTenant',
    moment: 'with the tenant that will move',
  },
  { steps: [...bulkSteps, ...searchAndExportSteps], moment: 'before anybody is deleted' },
  { steps: [removeSecondFactorStep, ...deletionSteps], moment: 'before the move' },
  { steps: [movingStep], by: 'movingTenant', movePhase: 'moving', moment: 'during the move' },
  { steps: movedSteps, by: 'movingTenant', movePhase: 'moved', moment: 'after the move' },
];

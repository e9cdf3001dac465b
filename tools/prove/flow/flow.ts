import { approvalSteps } from './approvals.ts';
import { setUpAndSignInSteps } from './set-up-and-sign-in.ts';
import { deletionSteps } from './deletion.ts';
import { linkSteps } from './links.ts';
import { bulkSteps } from './bulk.ts';
import { refusedMoveStep, twoCopiesStep, undoStep } from './canceled-moves.ts';
import { addMovingTenantStep, movedSteps, movingStep } from './moving.ts';
import { wrongRegionSteps } from './wrong-region.ts';
import { searchAndExportSteps } from './search-and-export.ts';
import { removeSecondFactorStep, secondFactorSteps } from './second-factor.ts';
import { movingTenantSupportSteps, supportSteps } from './support.ts';
import { userSteps } from './users.ts';
import type { Stage } from '../stage.ts';

/**
 * The stages of the complete proof. For a new feature of the portal, add a step that uses it, fills each field with
 * `plant`, and passes generated values to `track`. Nothing else needs to change.
 */
export const flow: readonly Stage[] = [
  {
    steps: [
      ...[setUpAndSignInSteps, userSteps, secondFactorSteps, linkSteps, approvalSteps, supportSteps].flat(),
      ...wrongRegionSteps,
    ],
    moment: 'after the steps on single users',
  },
  {
    steps: [
      addMovingTenantStep,
      ...[userSteps, secondFactorSteps, linkSteps, approvalSteps, movingTenantSupportSteps, bulkSteps].flat(),
    ],
    by: 'movingTenant',
    moment: 'after the steps of the moving tenant',
  },
  { steps: [...bulkSteps, ...searchAndExportSteps], moment: 'before users are deleted' },
  { steps: [removeSecondFactorStep, ...deletionSteps], moment: 'before the move' },
  { steps: [twoCopiesStep, undoStep], by: 'movingTenant', movePhase: 'moving', moment: 'during a canceled move' },
  // The snapshot after the refusal also shows that the canceled move left nothing in the other region.
  { steps: [refusedMoveStep], by: 'movingTenant', movePhase: 'before', moment: 'after a refused move' },
  { steps: [movingStep], by: 'movingTenant', movePhase: 'moving', moment: 'during the move' },
  { steps: movedSteps, by: 'movingTenant', movePhase: 'moved', moment: 'after the move' },
];

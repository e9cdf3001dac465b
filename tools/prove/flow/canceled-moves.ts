import { writeFileSync } from 'node:fs';
import { StepFault, type Step } from '../scenario.ts';
import { deletedRowsIn, exportBundle, importBundle, inTransit, runWithRetries } from './moving-commands.ts';

/** The step in which the destination refuses the bundle, after which the source cancels the move. */
export const refusedMoveStep: Step = {
  title: 'Refuse the tenant in the other region, and cancel the move with its release',
  act: (here, there) =>
    inTransit(there, async (transit) => {
      const bundle = await exportBundle(here, there, transit);
      const release = transit.file('release');
      await there.region.command(['tenant', 'move-refuse', bundle, '--release', release, '--yes', '--json']);
      const grounds = ['--release', release, '--accept-key', transit.fingerprint];
      await runWithRetries(here, ['tenant', 'move-cancel', here.tenant.tenantId, ...grounds, '--yes', '--json']);
    }),
};

/** The step that leaves two active copies of the tenant. */
export const twoCopiesStep: Step = {
  title: 'Move the tenant, and cancel the move by force after the other region has imported it',
  act: (here, there) =>
    inTransit(there, async (transit) => {
      await importBundle(there, await exportBundle(here, there, transit), transit);
      const grounds = ['--force', '--reason', here.plant('reason for a forced cancellation')];
      await runWithRetries(here, ['tenant', 'move-cancel', here.tenant.tenantId, ...grounds, '--yes', '--json']);
    }),
};

/** The step that deletes the copy in the destination. */
export const undoStep: Step = {
  title: 'Delete the copy in the other region with the signed cancellation',
  act: (here, there) =>
    inTransit(there, async (transit) => {
      const { tenantId } = here.tenant;
      const cancellation = transit.file('cancellation');
      writeFileSync(cancellation, await here.region.command(['tenant', 'cancellation', tenantId]));
      const options = ['--cancellation', cancellation, '--yes', '--json'];
      const deleted = deletedRowsIn(await runWithRetries(there, ['tenant', 'move-undo', tenantId, ...options]));
      if (!deleted.some(({ table, was }) => table === 'users' && was > 0)) throw new StepFault('there was no copy');
    }),
};

import assert from 'node:assert/strict';
import { MoveFault } from '../../src/core/moving/faults.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { aMovingRegion, rowCountsOf, exportBundle } from './moving.ts';
import { aPopulatedTenant } from './populated-tenant.ts';
import { CommandFault } from '../../src/platform/command-fault.ts';

/** A bundle on its way from one region to another, which has not taken it in yet. */
export async function aBundleInTransit() {
  const from = await aMovingRegion('worldwide');
  const to = await aMovingRegion('germany');
  const scene = await aPopulatedTenant(from);
  const file = await exportBundle(from, to, scene.tenant.id);

  /** Nothing is half done: neither the tenant, nor a key that is known from now on. */
  async function refused(bundle: string, kinds: string | readonly string[], identity = to.identity): Promise<void> {
    const before = await rowCountsOf(to);
    await assert.rejects(moveIn(to.parts, bundle, identity), (error) => {
      const said = error instanceof MoveFault ? error.kind : error instanceof CommandFault ? 'key' : String(error);
      return (assert.ok([kinds].flat().includes(said), said), true);
    });
    assert.deepEqual(await rowCountsOf(to), before);
  }

  return { from, to, scene, file, refused };
}

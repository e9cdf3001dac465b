import assert from 'node:assert/strict';
import { MoveFault } from '../../src/core/moving/move-fault.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { aMovingRegion, countsAt, sent } from './moving.ts';
import { aMovingScene } from './moving-scene.ts';
import { CommandError } from '../../src/platform/command-error.ts';

/** A bundle on its way from one region to another, which has not taken it in yet. */
export async function aBundleOnItsWay() {
  const from = await aMovingRegion('worldwide');
  const to = await aMovingRegion('germany');
  const scene = await aMovingScene(from);
  const file = await sent(from, to, scene.tenant.id);

  /** Nothing is half done: neither the tenant, nor a key that is known from now on. */
  async function refused(bundle: string, kinds: string | readonly string[], identity = to.identity): Promise<void> {
    const before = await countsAt(to);
    await assert.rejects(moveIn(to.parts, bundle, identity), (error) => {
      const said = error instanceof MoveFault ? error.kind : error instanceof CommandError ? 'key' : String(error);
      return (assert.ok([kinds].flat().includes(said), said), true);
    });
    assert.deepEqual(await countsAt(to), before);
  }

  return { from, to, scene, file, refused };
}

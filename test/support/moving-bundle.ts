import assert from 'node:assert/strict';
import { MoveFault } from '../../src/core/moving/move-fault.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { aMovingRegion, rowCountsOf, exportBundle } from './moving.ts';
import { aPopulatedTenant } from './populated-tenant.ts';
import { CommandError } from '../../src/platform/command-error.ts';

/** Exports a bundle that has not been imported yet. @param databaseUrl of the destination; SQLite if undefined */
export async function aBundleInTransit(databaseUrl?: string) {
  const from = await aMovingRegion('worldwide');
  const to = await aMovingRegion('germany', databaseUrl);
  const populated = await aPopulatedTenant(from);
  const file = await exportBundle(from, to, populated.tenant.id);

  /** Asserts that importing a bundle fails with one of these kinds of error and adds no rows to any table. */
  async function assertRefused(
    bundle: string,
    kinds: string | readonly string[],
    identity = to.identity,
  ): Promise<void> {
    const before = await rowCountsOf(to);
    await assert.rejects(moveIn(to.parts, bundle, identity), (error) => {
      const said = error instanceof MoveFault ? error.kind : error instanceof CommandError ? 'key' : String(error);
      return (assert.ok([kinds].flat().includes(said), said), true);
    });
    assert.deepEqual(await rowCountsOf(to), before);
  }

  return { from, to, populated, file, assertRefused };
}

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Failure, type FieldFault } from '../../src/domain/errors.ts';
import type { Database } from '../../src/platform/database/database.ts';

/** @returns the error codes of a call, whether they are thrown, returned or contained in field faults */
async function codesOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = (await call()) as null | readonly FieldFault[] | { readonly faults?: readonly FieldFault[] };
    const faults = Array.isArray(result)
      ? (result as readonly FieldFault[])
      : (result as { faults?: FieldFault[] })?.faults;
    return faults?.map(({ field, code }) => `${field} ${code}`) ?? result;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    assert.equal(error.kind, 'badRequest');
    return [error.code];
  }
}

/** A call with one invalid value, described by `what`, and the error codes that it must return. */
export type InvalidCall = readonly [what: string, call: () => Promise<unknown>, ...codes: string[]];

/** Tests that each call returns its error codes and adds nothing to the activity log. */
export function testInvalidCalls(database: Database, groups: Readonly<Record<string, readonly InvalidCall[]>>): void {
  for (const [group, rows] of Object.entries(groups)) {
    for (const [what, call, ...codes] of rows) {
      it(`rejects ${what} (${group})`, async () => {
        const before = await database.knex('activity').count();
        assert.deepEqual(await codesOf(call), codes);
        assert.deepEqual(await database.knex('activity').count(), before);
      });
    }
  }
}

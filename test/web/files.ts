import assert from 'node:assert/strict';
import type { RawAnswer } from '../support/traces.ts';

/** What is sent to be kept, not to be looked at in the portal's name. */
export function assertFile({ headers }: RawAnswer): void {
  assert.match(String(headers['content-disposition']), /^attachment; filename="[\w-]+\.\w+"$/);
  assert.doesNotMatch(String(headers['content-type']), /html|xml|script/);
  assert.match(String(headers['cache-control']), /no-store/);
}

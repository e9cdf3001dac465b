import assert from 'node:assert/strict';

/** Fails with one finding per line, because a diff of two arrays would be truncated. */
export function assertNone(findings: readonly string[]): void {
  assert.ok(findings.length === 0, `${findings.length} found:\n${findings.join('\n')}`);
}

import assert from 'node:assert/strict';

/** Fails if there are findings, and prints one per line, because a diff of two arrays would be truncated. */
export function assertNone(findings: readonly string[]): void {
  assert.ok(findings.length === 0, `${findings.length} found:\n${findings.join('\n')}`);
}

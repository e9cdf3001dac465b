import assert from 'node:assert/strict';

/** Fails with every finding on a line of its own; a diff of two lists would be cut short. */
export function assertNone(findings: readonly string[]): void {
  assert.ok(findings.length === 0, `${findings.length} found:\n${findings.join('\n')}`);
}

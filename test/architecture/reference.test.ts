import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { referenceFiles, referenceText } from '../../scripts/reference.ts';

for (const file of referenceFiles) {
  test(`${file} describes the current code; \`npm run reference\` updates it`, async () => {
    assert.equal(readFileSync(file, 'utf8'), await referenceText(file));
  });
}

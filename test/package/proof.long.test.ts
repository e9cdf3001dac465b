import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { skipWithout } from '../support/services.ts';
import { Installation, pack, registry } from './installed.ts';

describe('the package installed from its tarball', { skip: skipWithout('registry', await registry()) }, () => {
  const installation = new Installation();

  before(async () => {
    const { tarball } = await pack(installation.scratch);
    await installation.npm('install', tarball);
  });
  after(() => installation.remove());

  test('passes the proof of isolation', async () => {
    const report = path.join(installation.scratch, 'proof.html');
    const printed = await installation.parvis(['region', 'prove', '--json', '--report', report]);
    assert.equal((JSON.parse(printed) as { held: boolean }).held, true);
    assert.match(readFileSync(report, 'utf8'), /<html/);
  });
});

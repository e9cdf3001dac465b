import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { rulesFolder } from '../../src/platform/config/rules.ts';
import { dataDirectory, run } from './command.ts';

const folder = dataDirectory();
mkdirSync(folder, { recursive: true });
const check = async (file: string) => {
  const { code, stdout } = await run(['rules', 'check', file, '--json'], {});
  return { code, ...(JSON.parse(stdout) as { ok: boolean; faults: string[]; edition?: string }) };
};

describe('rules check', () => {
  test('finds every pack in order, the historical one included', async () => {
    const answer = await check(path.join(rulesFolder, 'germany-historical.json'));
    assert.deepEqual([answer.code, answer.ok, answer.edition, answer.faults], [0, true, 'historical', []]);
  });

  test('names each fault with its path, all at once, and exits with 1', async () => {
    const pack = JSON.parse(readFileSync(path.join(rulesFolder, 'china.json'), 'utf8')) as Record<string, unknown>;
    const file = path.join(folder, 'faulty.json');
    writeFileSync(file, JSON.stringify({ ...pack, format: 7, throttle: {}, restoreWindowDays: 'some' }));
    const { code, ok, faults } = await check(file);
    assert.deepEqual([code, ok], [1, false]);
    const paths = faults.map((fault) => fault.split(': ')[0]);
    for (const at of ['format', 'throttle.perAccount', 'throttle.fixed', 'restoreWindowDays'])
      assert.ok(paths.includes(at), faults.join('\n'));
  });

  test('says of a file that is not there that it cannot be read', async () => {
    const { code, faults } = await check(path.join(folder, 'nothing.json'));
    assert.equal(code, 1);
    assert.match(faults.join('\n'), /cannot be read/);
  });
});

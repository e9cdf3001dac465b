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

describe('the rules check command', () => {
  test('accepts a built-in rules file', async () => {
    const answer = await check(path.join(rulesFolder, 'germany-historical.json'));
    assert.deepEqual([answer.code, answer.ok, answer.edition, answer.faults], [0, true, 'historical', []]);
  });

  test('reports all faults with their paths and exits with 1', async () => {
    const pack = JSON.parse(readFileSync(path.join(rulesFolder, 'china.json'), 'utf8')) as Record<string, unknown>;
    const file = path.join(folder, 'faulty.json');
    writeFileSync(file, JSON.stringify({ ...pack, format: 7, throttle: {}, restoreWindowDays: 'some' }));
    const { code, ok, faults } = await check(file);
    assert.deepEqual([code, ok], [1, false]);
    const paths = faults.map((fault) => fault.split(': ')[0]);
    for (const at of ['format', 'throttle.perAccount', 'throttle.fixed', 'restoreWindowDays'])
      assert.ok(paths.includes(at), faults.join('\n'));
  });

  test('reports each missing translation into a language of the region', async () => {
    const pack = JSON.parse(readFileSync(path.join(rulesFolder, 'china.json'), 'utf8')) as Record<string, unknown>;
    const file = path.join(folder, 'without-german.json');
    writeFileSync(file, JSON.stringify(Object.assign(pack, { name: { en: 'China', fr: 'Chine' } })));
    const { code, faults } = await check(file);
    assert.deepEqual([code, faults], [1, ['name.de: is required, because the region offers de']]);
  });

  describe('after a language was added to the portal', () => {
    const locales = path.join(folder, 'locales');
    const later = async (file: string) => {
      mkdirSync(path.join(locales, 'it'), { recursive: true });
      const { code, stdout } = await run(['rules', 'check', file, '--json'], { LOCALES_DIR: locales });
      return { code, ...(JSON.parse(stdout) as { faults: string[] }) };
    };

    test('still accepts existing rules files', async () => {
      for (const pack of ['germany-historical', 'worldwide'])
        assert.deepEqual((({ code, faults }) => [code, faults])(await later(path.join(rulesFolder, `${pack}.json`))), [
          0,
          [],
        ]);
    });

    test('requires translations into that language if the region offers it', async () => {
      const pack = JSON.parse(readFileSync(path.join(rulesFolder, 'china.json'), 'utf8')) as Record<string, unknown>;
      const file = path.join(folder, 'italian.json');
      writeFileSync(file, JSON.stringify(Object.assign(pack, { languages: ['en', 'it'] })));
      assert.deepEqual((await later(file)).faults, ['name.it: is required, because the region offers it']);
    });
  });

  test('reports a missing file', async () => {
    const { code, faults } = await check(path.join(folder, 'nothing.json'));
    assert.equal(code, 1);
    assert.match(faults.join('\n'), /cannot be read/);
  });
});

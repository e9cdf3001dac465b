import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from './command.ts';

describe('a command line that is not valid', () => {
  const cases: readonly [what: string, args: readonly string[], fault: RegExp][] = [
    ['an unknown command', ['nonsense'], /^unknown command 'nonsense'$/],
    ['an unknown command of a group', ['tenant', 'nonsense'], /^unknown command 'nonsense'/],
    ['an unknown command before --help', ['tenant', 'nonsense', '--help'], /^unknown command 'nonsense'$/],
    ['a group without a command', ['tenant'], /^A command is missing; --help lists them$/],
    ['no command', [], /^A command is missing; --help lists them$/],
    ['an unknown option', ['status', '--nonsense'], /^unknown option '--nonsense'$/],
    ['a missing argument', ['tenant', 'suspend'], /^missing required argument '/],
    ['an invalid value', ['demo', '--users', 'many'], /whole number from 1 to 10000000/],
  ];
  for (const [what, args, fault] of cases) {
    test(`${what} exits with 1, prints an explanation to standard error and, with --json, one JSON object`, async () => {
      const plain = await run(args, {});
      assert.deepEqual([plain.code, plain.stdout], [1, '']);
      assert.notEqual(plain.stderr, '');
      const { code, stdout } = await run([...args, '--json'], {});
      assert.equal(code, 1);
      const { ok, faults } = JSON.parse(stdout) as { ok: boolean; faults: string[] };
      assert.equal(ok, false);
      assert.equal(faults.length, 1, stdout);
      assert.match(faults[0] ?? '', fault);
      assert.doesNotMatch(stdout, /error:/);
    });
  }

  test('--help is not an error and prints no JSON object', async () => {
    const { code, stdout } = await run(['tenant', '--help', '--json'], {});
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: parvis tenant/);
    assert.doesNotMatch(stdout, /"ok"/);
  });
});

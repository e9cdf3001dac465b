import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { run } from '../../src/cli/cli.ts';
import { rulesFolder } from '../../src/platform/config/rules.ts';
import { everyCommand } from './commands.ts';
import { assertContract } from './contract.ts';

// Wide enough that no line wraps, so that a changed word changes only one line.
const columns = 1_000;

async function helpOf(command: readonly string[]): Promise<string> {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  const printed = text(stdout);
  const code = await run([...command, '--help'], { env: {}, stdin, stdout, stderr });
  stdout.end();
  assert.deepEqual([code, stderr.read()], [0, null], command.join(' '));
  return (await printed).replaceAll(rulesFolder, 'rules').trimEnd();
}

test('the help of every command matches help.txt', async () => {
  const names = [...everyCommand().keys()].map((name) => name.split(' '));
  const groups = names.filter(({ length }) => length > 1).map(([group = '']) => group);
  const all = [[], ...[...new Set(groups)].map((group) => [group]), ...names];
  const helps = await Promise.all(all.map(async (command) => ({ command, help: await helpOf(command) })));
  const lines = helps.flatMap(({ command, help }) => {
    const title = ['$ parvis', ...command, '--help'].join(' ');
    // Each line starts with its command, so that a diff shows which command changed.
    return [title, ...help.split('\n').map((line) => `${command.join(' ')}| ${line}`.trim()), ''];
  });
  assertContract('help.txt', lines);
});

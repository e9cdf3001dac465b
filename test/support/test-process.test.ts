import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { runTests } from './test-process.ts';

const root = mkdtempSync(path.join(tmpdir(), 'parvis-process-'));
after(() => rmSync(root, { recursive: true, force: true }));

const endless = path.join(import.meta.dirname, 'endless-child.ts');
const never = new AbortController().signal;
const aFolder = (): string => mkdtempSync(path.join(root, 'run-'));

async function until(condition: () => boolean): Promise<void> {
  for (let waits = 0; waits < 1_000 && !condition(); waits++) await wait(20);
  assert.ok(condition());
}

/** @returns the process IDs of the test file that never ends, of its server and of the server's child process */
async function pidsIn(folder: string): Promise<number[]> {
  const file = path.join(folder, 'pids.json');
  await until(() => existsSync(file));
  return JSON.parse(readFileSync(file, 'utf8')) as number[];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie process counts as ended.
    return !existsSync(`/proc/${pid}/stat`) || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Runs a test file that has the given content. */
async function runText(text: string) {
  const folder = aFolder();
  const file = path.join(folder, 'a.test.js');
  writeFileSync(file, text);
  const limits = { folder: path.join(folder, 'own'), maxMs: 600_000, signal: never };
  return (await runTests({ files: [file], names: [] }, limits))[0]!;
}

describe('the cleanup after a test file', () => {
  test("kills its server and that server's child and removes its temporary files on abort", async () => {
    const folder = aFolder();
    const abort = new AbortController();
    const limits = { folder: path.join(folder, 'own'), maxMs: 600_000, signal: abort.signal };
    const running = runTests({ files: [endless], names: [] }, limits);
    const pids = await pidsIn(folder);
    assert.deepEqual(pids.map(isRunning), [true, true, true]);
    abort.abort();
    const [result] = await running;
    await until(() => !pids.some(isRunning));
    assert.deepEqual(
      result?.failures.map(({ text }) => text),
      ['was ended before its tests were done'],
    );
    assert.equal(existsSync(limits.folder), false);
  });

  test('kills its processes when the runner is killed', async () => {
    const folder = aFolder();
    const runner = spawn(process.execPath, [path.join(import.meta.dirname, 'endless-runner-child.ts'), folder]);
    const pids = await pidsIn(folder);
    runner.kill('SIGKILL');
    await until(() => !pids.some(isRunning));
  });

  test('kills processes left running by a passing file, and reports the file as failed', async () => {
    const result = await runText(`
      const { spawn } = require('node:child_process');
      const { test } = require('node:test');
      test('leaves a process', () => spawn('sleep', ['600'], { stdio: 'ignore' }).unref());
    `);
    assert.deepEqual([result.passed, result.failures.map(({ text }) => text)], [1, ['left a process running']]);
  });
});

describe('a test file', () => {
  for (const [how, text, fault] of [
    ['if it contains no test', '', /^contains no test$/],
    ['if it cannot be loaded', 'import "./nowhere.js"', /Cannot find module/],
    ['if its process exits early', 'require("node:test").test("x", () => process.exit(3))', /^ended with exit code 3/],
    ['if its process is killed', 'process.kill(process.pid, "SIGKILL")', /^ended with SIGKILL/],
  ] as const)
    test(`fails ${how}`, async () => {
      const { failures } = await runText(text);
      assert.equal(failures.length, 1);
      assert.match(failures[0]!.text, fault);
    });
});

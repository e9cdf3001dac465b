/** A test file that starts a server, which has a child process, and never ends. test-process.test.ts runs it. */
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

const program = `
  const { spawn } = require('node:child_process');
  const below = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
  process.on('SIGTERM', () => {});
  require('node:http').createServer().listen(0, '127.0.0.1', () => console.log(below.pid));
`;

test('never ends', async () => {
  const server = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  server.stdout.setEncoding('utf8').once('data', (line: string) => {
    const pids = path.join(tmpdir(), '../pids.json');
    writeFileSync(`${pids}.new`, JSON.stringify([process.pid, server.pid, Number(line)]));
    renameSync(`${pids}.new`, pids);
  });
  await new Promise(() => undefined);
});

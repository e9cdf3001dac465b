/**
 * Runs the checks of `npm run check` in two parallel lanes, because the linter takes about as long as all other checks
 * together. The output of a check is printed when the check ends. If any check fails, the exit code is 1, but the
 * remaining checks still run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const lanes = [['lint'], ['types', 'views', 'format', 'unused', 'architecture', 'locales', 'styles']];

async function succeeds(check: string): Promise<boolean> {
  const npm = spawn('npm', ['run', '--silent', `check:${check}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const [code] = (await once(npm, 'close')) as [number | null];
  console.log(`${code === 0 ? '✔' : '✖'} check:${check}\n${output.trim()}`.trimEnd());
  return code === 0;
}

async function runLane(checks: readonly string[]): Promise<boolean> {
  let sound = true;
  for (const check of checks) sound = (await succeeds(check)) && sound;
  return sound;
}

const sound = (await Promise.all(lanes.map(runLane))).every(Boolean);
process.exitCode = sound ? 0 : 1;

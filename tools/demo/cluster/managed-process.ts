import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * A server that does not outlive this process. `pid` is the process ID of the server itself, with which it can be
 * frozen or killed.
 */
export interface ManagedProcess {
  readonly pid: number;
  /** @returns the output of the server so far, for the error message if it does not start */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

// The shell runs the server and reads from a pipe that only this process keeps open. However this process ends, even by
// SIGKILL, the pipe is closed, and the shell then ends the server. A server that was stopped with SIGSTOP is resumed
// first, and one that does not respond is killed.
const supervisorScript = `
"$@" </dev/null >&2 &
pid=$!
echo "$pid"
read -r _
kill -CONT "$pid" 2>/dev/null
kill -INT "$pid" 2>/dev/null
( trap 'kill "$nap"; exit' TERM; sleep 5 & nap=$!; wait "$nap"; kill -KILL "$pid" 2>/dev/null ) &
killer=$!
wait "$pid"
kill "$killer" 2>/dev/null
[ -z "$KEEPER_FOLDER" ] || rm -rf "$KEEPER_FOLDER"
`;

interface ManagedOptions extends Pick<SpawnOptions, 'uid' | 'gid'> {
  /** The folder that is removed after the server has ended. */
  readonly folder: string;
}

/** Starts a server, which ends when `stop()` is called or this process ends. */
export async function spawnManaged(
  command: string,
  args: readonly string[],
  { folder, ...owner }: ManagedOptions,
): Promise<ManagedProcess> {
  const shell = spawn('/bin/sh', ['-c', supervisorScript, 'keeper', command, ...args], {
    ...owner,
    cwd: folder,
    env: { ...process.env, KEEPER_FOLDER: folder },
    // The shell runs in a new session, so that Ctrl+C does not kill it before it has cleaned up.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  shell.stderr.setEncoding('utf8').on('data', (chunk: string) => (output = (output + chunk).slice(-4000)));
  shell.stdin.on('error', () => undefined);

  const [line] = (await once(createInterface(shell.stdout), 'line')) as [string];
  // The shell must not keep this process alive. The closed pipe ends the server.
  shell.unref();
  for (const stream of [shell.stdin, shell.stdout, shell.stderr] as unknown as { unref(): void }[]) stream.unref();

  return {
    pid: Number(line),
    output: () => output,
    stop: async () => {
      if (shell.exitCode !== null || shell.signalCode !== null) return;
      shell.ref();
      const ended = once(shell, 'exit');
      shell.stdin.end();
      await ended;
    },
  };
}

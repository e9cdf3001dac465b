import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server that lives no longer than this process. `pid` is the server's own, to freeze or end it on purpose. */
export interface ManagedProcess {
  readonly pid: number;
  /** What the server has written so far, for the message when it does not come up. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

// The shell holds the server and reads from a pipe that only this process holds open. However this process ends, a
// failed test or SIGKILL included, the pipe closes and the shell ends the server by its pid. A stopped (SIGSTOP) server
// is woken first, and one that does not listen is ended the hard way.
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
  /** Removed once the server has ended. */
  readonly folder: string;
}

/** Starts a server and holds it; it is ended by `stop()`, or when this process ends for whatever reason. */
export async function spawnManaged(
  command: string,
  args: readonly string[],
  { folder, ...owner }: ManagedOptions,
): Promise<ManagedProcess> {
  const shell = spawn('/bin/sh', ['-c', supervisorScript, 'keeper', command, ...args], {
    ...owner,
    cwd: folder,
    env: { ...process.env, KEEPER_FOLDER: folder },
    // Of a session of its own: the Ctrl+C that ends this process must not end the shell before it has cleaned up.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  shell.stderr.setEncoding('utf8').on('data', (chunk: string) => (output = (output + chunk).slice(-4000)));
  shell.stdin.on('error', () => undefined);

  const [line] = (await once(createInterface(shell.stdout), 'line')) as [string];
  // A test process may end with a server still running: the closing pipe takes care of it, and nothing must wait here.
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

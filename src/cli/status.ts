import type { Command } from 'commander';
import { getIdentity } from '../platform/database/deployment.ts';
import { findDifferences } from '../platform/processes/differences.ts';
import { listRunning, type RunningProcess } from '../platform/processes/processes.store.ts';
import { print, readDatabase } from './context.ts';
import type { CommandIo } from './io.ts';

export function addStatusCommand(program: Command, io: CommandIo): void {
  program
    .command('status')
    .description('list the running processes of this region and what they differ in; exit 1 if a difference is a fault')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      readDatabase(io, async ({ database }) => {
        const { region, fingerprint } = await getIdentity(database);
        const { processes, now } = await listRunning(database, Date.now);
        const differences = findDifferences(processes, now);
        const textsOf = (isFault: boolean): string[] =>
          differences
            .filter((each) => each.isFault === isFault)
            .map(({ setting, message }) => `${setting}: ${message}`);
        const [faults, notes] = [textsOf(true), textsOf(false)];
        const ok = faults.length === 0;
        const result = { ok, faults, notes, region, fingerprint, processes: processes.map(toJson) };
        print(io, options, result, [`Region ${region}, fingerprint ${fingerprint}`, ...linesOf(processes), ...notes]);
        if (ok) return;
        if (options.json !== true) io.stderr.write(faults.map((fault) => `${fault}\n`).join(''));
        io.exitCode = 1;
      }),
    );
}

const iso = (time: number): string => new Date(time).toISOString();

const toJson = ({ id: _, startedAt, seenAt, ...state }: RunningProcess) => ({
  ...state,
  startedAt: iso(startedAt),
  seenAt: iso(seenAt),
});

function linesOf(processes: readonly RunningProcess[]): string[] {
  if (processes.length === 0) return ['No server is running.'];
  return processes.map(
    ({ host, pid, version, edition, revision, rules, startedAt }) =>
      `${host}  pid ${pid}  version ${version}  edition ${edition}, revision ${revision} (${rules})  since ${iso(startedAt)}`,
  );
}

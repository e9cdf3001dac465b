import { systemShowsProcesses } from './proc.ts';
import type { Site } from './sites.ts';
import { proofCaller } from './recorder.ts';
import type { Visit } from './report.ts';

export function visitsIn(sites: readonly Site[]): Visit[] {
  const groups = new Map<string, Visit>();
  for (const { region, store, callers } of sites.flatMap(({ stores }) => stores.recorders)) {
    for (const caller of callers) {
      const by = caller.region === null ? caller.process : `${caller.process} of ${caller.region}`;
      const allowed = caller.region === region || caller.process === proofCaller || !systemShowsProcesses;
      const key = [region, store, by].join('|');
      groups.set(key, { region, store, by, allowed, count: (groups.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...groups.values()];
}

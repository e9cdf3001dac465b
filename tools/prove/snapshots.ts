import { createOutputCollector, folderPlaces } from './collect-places.ts';
import type { Place, Snapshot } from './places.ts';
import type { Site } from './sites.ts';
import { movingTenant, type Scenario } from './scenario.ts';
import type { MovePhase } from './stage.ts';

const isAtHome: Readonly<Record<MovePhase, readonly [first: boolean, second: boolean]>> = {
  before: [true, false],
  moving: [true, true],
  moved: [false, true],
};

/**
 * Creates the functions that take snapshots of both regions. They are searched at the end, when every planted string is
 * known.
 */
export function createSnapshots(sites: readonly Site[], scenarios: readonly Scenario[]) {
  const all: Snapshot[] = [];
  const collectors = sites.flatMap(({ stores }, index) =>
    scenarios.slice(index, index + 1).map((scenario) => createOutputCollector(scenario, stores)),
  );

  async function add(
    moment: string,
    movePhase: MovePhase,
    placesOf: (site: Site, index: number) => Promise<Place[]>,
  ): Promise<void> {
    for (const [index, site] of sites.entries()) {
      const guests = isAtHome[movePhase][index] ? [movingTenant] : [];
      all.push({ region: site.plan.id, moment, guests, places: await placesOf(site, index) });
    }
  }

  return {
    all,
    /** Reads the stores and folders, and all logs, responses and messages since the previous snapshot. */
    take: (moment: string, movePhase: MovePhase): Promise<void> =>
      add(moment, movePhase, async ({ plan, stores }, index) => [
        ...(await stores.read()),
        ...folderPlaces(plan.folder),
        ...(collectors[index]?.() ?? []),
      ]),
    takeBackups: (movePhase: MovePhase): Promise<void> =>
      add('in the backup', movePhase, ({ stores }) => stores.backup()),
  };
}

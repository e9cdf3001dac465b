import { createTexts, folderPlaces } from './collect-places.ts';
import type { Look, Place } from './places.ts';
import type { Site } from './sites.ts';
import { mover, type Story } from './story.ts';
import type { Standing } from './chapter.ts';

const isAtHome: Readonly<Record<Standing, readonly [first: boolean, second: boolean]>> = {
  before: [true, false],
  moving: [true, true],
  moved: [false, true],
};

/** Takes down what there is in both regions at a moment: to be searched when everything that was planted is known. */
export function createLooks(sites: readonly Site[], stories: readonly Story[]) {
  const all: Look[] = [];
  const texts = sites.flatMap(({ stores }, index) =>
    stories.slice(index, index + 1).map((story) => createTexts(story, stores)),
  );

  async function take(
    moment: string,
    standing: Standing,
    placesOf: (site: Site, index: number) => Promise<Place[]>,
  ): Promise<void> {
    for (const [index, site] of sites.entries()) {
      const guests = isAtHome[standing][index] ? [mover] : [];
      all.push({ region: site.plan.id, moment, guests, places: await placesOf(site, index) });
    }
  }

  return {
    all,
    /** Reads stores and folders, and what was written, answered and sent since the last time. */
    around: (moment: string, standing: Standing): Promise<void> =>
      take(moment, standing, async ({ plan, stores }, index) => [
        ...(await stores.read()),
        ...folderPlaces(plan.folder),
        ...(texts[index]?.() ?? []),
      ]),
    intoBackups: (standing: Standing): Promise<void> => take('as backed up', standing, ({ stores }) => stores.backup()),
  };
}

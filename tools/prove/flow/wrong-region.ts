import { rmSync } from 'node:fs';
import path from 'node:path';
import { StepFault, type Scenario, type Step } from '../scenario.ts';

const regionSettings = ['REGION', 'REGION_RULES', 'REGION_URLS', 'BASE_URL', 'PORT'] as const;

interface WrongStore {
  readonly title: string;
  /** The name of the store in the StepFault's message. */
  readonly name: string;
  /** The name of the store in Parvis's error message. */
  readonly refusedAs: string;
  readonly commands: readonly (readonly string[])[];
  /** @param folder an empty folder for all other files @returns the settings; null if the region has no such store */
  readonly settings: (here: Scenario, folder: string) => Readonly<Record<string, string>> | null;
}

const newDatabase = (folder: string): string => `sqlite:${path.join(folder, 'new.sqlite')}`;

const wrongStores: readonly WrongStore[] = [
  {
    title: 'Run the server and commands of the other region on this region’s database, and be refused',
    name: 'database',
    refusedAs: 'database',
    commands: [['serve'], ['check'], ['tenant', 'list']],
    settings: ({ region }, folder) => ({
      DATABASE_URL: region.environment.DATABASE_URL ?? `sqlite:${path.join(region.folder, 'parvis.sqlite')}`,
      DATA_DIR: folder,
    }),
  },
  {
    title: 'Run the server and commands of the other region with this region’s data directory, and be refused',
    name: 'data directory',
    refusedAs: 'of DATA_DIR',
    commands: [['serve'], ['check'], ['route', 'key'], ['region', 'key']],
    settings: ({ region }, folder) => ({ DATABASE_URL: newDatabase(folder), DATA_DIR: region.folder }),
  },
  {
    title: 'Run the server and the check of the other region with this region’s Redis, if it has one, and be refused',
    name: 'Redis',
    refusedAs: 'Redis',
    commands: [['serve'], ['check']],
    settings: ({ region }, folder) =>
      region.environment.REDIS_URL === undefined ? null : { DATABASE_URL: newDatabase(folder), DATA_DIR: folder },
  },
];

/**
 * Simulate one wrong line in a settings file: all settings are those of one region, except for one store, which belongs
 * to the other.
 */
export const wrongRegionSteps: readonly Step[] = wrongStores.map(({ title, name, refusedAs, commands, settings }) => ({
  title,
  act: async (here, there) => {
    const { region } = here;
    const folder = path.join(region.folder, 'wrong-region');
    const wrong = settings(here, folder);
    if (wrong === null) return;
    const own = Object.fromEntries(regionSettings.map((each) => [each, there.region.environment[each] ?? '']));
    const refusal = `${refusedAs} belongs to the region ${region.id}, but REGION is ${there.region.id}`;
    for (const command of commands) {
      const { code, text } = await region.attempt(command, Object.assign({}, own, wrong));
      if (code === 0 || !text.includes(refusal))
        throw new StepFault(`"parvis ${command.join(' ')}" was not refused another region’s ${name}`);
    }
    rmSync(folder, { recursive: true, force: true });
  },
}));

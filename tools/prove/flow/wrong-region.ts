import { StepFault, type Step } from '../scenario.ts';

const regionSettings = ['REGION', 'REGION_RULES', 'REGION_URLS', 'BASE_URL', 'PORT'] as const;
const commands = [['serve'], ['check'], ['tenant', 'list']];

/**
 * Simulates one wrong line in a settings file: all settings are those of one region, except that the database is that
 * of the other.
 */
export const wrongRegionStep: Step = {
  title: 'Run the server and commands of the other region on this region’s database, and be refused',
  act: async ({ region }, there) => {
    const settings = Object.fromEntries(regionSettings.map((name) => [name, there.region.environment[name] ?? '']));
    const refusal = `database belongs to the region ${region.id}, but REGION is ${there.region.id}`;
    for (const command of commands) {
      const { code, text } = await region.attempt(command, settings);
      if (code === 0 || !text.includes(refusal))
        throw new StepFault(`"parvis ${command.join(' ')}" was not refused another region’s database`);
    }
  },
};

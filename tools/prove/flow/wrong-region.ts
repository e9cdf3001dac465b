import { StepFault, type Step } from '../story.ts';

const ofAProcess = ['REGION', 'REGION_RULES', 'REGION_URLS', 'BASE_URL', 'PORT'] as const;
const commands = [['serve'], ['check'], ['tenant', 'list']];

/** The mistake of one line in a settings file: everything of one region, and the database of the other. */
export const otherRegionStep: Step = {
  title: 'Start the server and commands of the other region on this region’s database, which refuses them',
  act: async ({ region }, there) => {
    const settings = Object.fromEntries(ofAProcess.map((name) => [name, there.region.environment[name] ?? '']));
    const refusal = `database belongs to the region ${region.id}, but REGION is ${there.region.id}`;
    for (const command of commands) {
      const { code, text } = await region.attempt(command, settings);
      if (code === 0 || !text.includes(refusal))
        throw new StepFault(`"parvis ${command.join(' ')}" of another region was not refused its database`);
    }
  },
};

import { ruleTextIn, type RegionRules } from '../../src/domain/regions.ts';
import { Refused, StepFault, type Step, type Story } from './story.ts';

/** How a step went in one region, or with the company that moves. */
export interface StepResult {
  readonly title: string;
  readonly region: string;
  readonly status: 'done' | 'refusedByRules' | 'failed';
  /** Why it failed; or what the rules have instead, of a step that they refused, whole or in part. */
  readonly says: string;
  readonly ms: number;
}

/** Takes steps in both regions, one step after the other. */
export async function walkBoth(
  steps: readonly Step[],
  [one, other]: readonly [Story, Story],
  afterEach: (title: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const first = take(step, one, other);
    if (step.inTurn) await first;
    results.push(...(await Promise.all([first, take(step, other, one)])));
    afterEach(step.title);
  }
  return results;
}

/** Takes steps with one company alone. @param there where it moves to */
export async function walkAlone(
  steps: readonly Step[],
  [here, there]: readonly [Story, Story],
  afterEach: (title: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    results.push(await take(step, here, there));
    afterEach(step.title);
  }
  return results;
}

async function take(step: Step, here: Story, there: Story): Promise<StepResult> {
  const { title, operation, where, act } = step;
  const began = performance.now();
  const result = (status: StepResult['status'], says = ''): StepResult => ({
    title,
    region: here.name,
    status,
    says,
    ms: Math.round(performance.now() - began),
  });
  const { rules } = here.region;
  const isHere =
    (operation === undefined || rules.operations[operation].at === 'here') && (where === undefined || where(rules));
  try {
    here.remarks.length = 0;
    await act(here, there);
    return isHere
      ? result('done', [...new Set(here.remarks)].join('; '))
      : result('failed', 'was done, though the rules of the region say that it is not done here');
  } catch (error) {
    if (error instanceof Refused)
      return isHere
        ? result('failed', 'was refused, though the rules of the region allow it')
        : result('refusedByRules', insteadOf(step, rules));
    return result('failed', error instanceof StepFault ? error.message : wordsOf(error));
  }
}

/** @returns what the rules have in the place of a step that they refuse */
function insteadOf({ operation, otherwise = '' }: Step, rules: RegionRules): string {
  const placement = operation && rules.operations[operation];
  switch (placement?.at) {
    case 'elsewhere':
      return `done at ${ruleTextIn(placement.place, 'en', rules).text}`;
    case 'alone':
      return 'users do it alone';
    case 'nobody':
      return 'nobody does it';
    default:
      return otherwise;
  }
}

// What an error quotes may be a canary: its name is enough to begin with.
const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${firstWords(error.message)}` : 'failed';
const firstWords = (text: string): string => text.replace(/\b[a-z0-9]{20,}\b/gi, '…').slice(0, 160);

import { ruleTextIn, type RegionRules } from '../../src/domain/regions.ts';
import { Refused, StepFault, type Step, type Scenario } from './scenario.ts';

/** The result of a step in one region or for the moving tenant. */
export interface StepResult {
  readonly title: string;
  readonly region: string;
  readonly status: 'done' | 'refusedByRules' | 'failed';
  /**
   * For a failed step, the reason. For a step that the rules refuse, the alternative that they provide. For a completed
   * step, a remark, if any.
   */
  readonly says: string;
  readonly ms: number;
}

/** Runs the steps one after the other, each in both regions. */
export async function runInBothRegions(
  steps: readonly Step[],
  [one, other]: readonly [Scenario, Scenario],
  afterEach: (title: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const first = runStep(step, one, other);
    if (step.sequential) await first;
    results.push(...(await Promise.all([first, runStep(step, other, one)])));
    afterEach(step.title);
  }
  return results;
}

/** Runs the steps for the moving tenant. @param there the scenario in the region to which the tenant moves */
export async function runForMovingTenant(
  steps: readonly Step[],
  [here, there]: readonly [Scenario, Scenario],
  afterEach: (title: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    results.push(await runStep(step, here, there));
    afterEach(step.title);
  }
  return results;
}

async function runStep(step: Step, here: Scenario, there: Scenario): Promise<StepResult> {
  const { title, operation, supportedBy, act } = step;
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
    (operation === undefined || rules.operations[operation].at === 'here') &&
    (supportedBy === undefined || supportedBy(rules));
  try {
    here.remarks.length = 0;
    await act(here, there);
    return isHere
      ? result('done', [...new Set(here.remarks)].join('; '))
      : result('failed', 'was done, although the rules of the region do not place it here');
  } catch (error) {
    if (error instanceof Refused)
      return isHere
        ? result('failed', 'was refused, although the rules of the region allow it')
        : result('refusedByRules', alternativeTo(step, rules));
    return result('failed', error instanceof StepFault ? error.message : describeError(error));
  }
}

/** @returns a description, for the report, of what users do instead of a step that the rules refuse */
function alternativeTo({ operation, unsupportedReason = '' }: Step, rules: RegionRules): string {
  const placement = operation && rules.operations[operation];
  switch (placement?.at) {
    case 'elsewhere':
      return `done at ${ruleTextIn(placement.place, 'en', rules).text}`;
    case 'alone':
      return 'users do this themselves';
    case 'nobody':
      return 'not available in this region';
    default:
      return unsupportedReason;
  }
}

// An error message may quote a canary, so only the name of the error and a redacted excerpt are kept.
const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${redact(error.message)}` : 'failed';
const redact = (text: string): string => text.replace(/\b[a-z0-9]{20,}\b/gi, '…').slice(0, 160);

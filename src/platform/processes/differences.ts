import type { RunningProcess } from './processes.store.ts';

/** A setting in which the running processes of a region differ. */
export interface Difference {
  /** The setting that differs. */
  readonly setting: 'REGION_RULES' | 'SESSION_SECRETS' | 'SECOND_FACTOR_KEYS';
  /** False for a difference that a rotation of secrets or a rolling restart explains. */
  readonly isFault: boolean;
  readonly message: string;
}

/** The maximum time for which processes with different versions or rules may run together, as in a rolling restart. */
const maxRestartMs = 15 * 60_000;

type Pair = readonly [RunningProcess, RunningProcess];

/** Compares the running processes of a region. @param now the current time on the database server's clock, epoch ms */
export function findDifferences(processes: readonly RunningProcess[], now: number): Difference[] {
  return [
    ...rulesDifference(processes, now),
    ...secretsDifference(processes, 'SESSION_SECRETS', ({ sessionSecrets }) => sessionSecrets),
    ...secretsDifference(processes, 'SECOND_FACTOR_KEYS', ({ secondFactorKeys }) => secondFactorKeys),
  ];
}

function rulesDifference(processes: readonly RunningProcess[], now: number): Difference[] {
  const groups = groupBy(processes, ({ rules }) => rules);
  if (groups.length < 2) return [];
  const isFault = pairsOf(processes).some((pair) => !haveSameRules(pair) && !isRestarting(pair, now));
  const described = groups.map((group) => `${namesOf(group)} (${rulesOf(group)})`).join('; ');
  const advice = isFault
    ? 'Restart them with the same version, REGION_RULES and LOCALES_DIR.'
    : 'A rolling restart explains this for 15 minutes.';
  return [
    {
      setting: 'REGION_RULES',
      isFault,
      message: `processes of this region apply different rules: ${described}. ${advice}`,
    },
  ];
}

const haveSameRules = ([one, other]: Pair): boolean => one.rules === other.rules;

// The same version and revision with different content is never the result of an update.
function isRestarting([one, other]: Pair, now: number): boolean {
  const isUpdate = one.version !== other.version || one.edition !== other.edition || one.revision !== other.revision;
  return isUpdate && now - Math.max(one.startedAt, other.startedAt) < maxRestartMs;
}

function secretsDifference(
  processes: readonly RunningProcess[],
  setting: 'SESSION_SECRETS' | 'SECOND_FACTOR_KEYS',
  secretsOf: (process: RunningProcess) => readonly string[],
): Difference[] {
  const groups = groupBy(processes, (process) => secretsOf(process).join(' '));
  if (groups.length < 2) return [];
  const accepts = (one: RunningProcess, other: RunningProcess): boolean =>
    secretsOf(one).includes(secretsOf(other)[0] ?? '');
  const isFault = pairsOf(processes).some(([one, other]) => !accepts(one, other) && !accepts(other, one));
  const names = groups.map(namesOf).join('; ');
  const message = isFault
    ? `processes of this region do not share their first secret: ${names}. Give all of them the same ${setting}, and keep the ` +
      'old secret after the new one during a rotation.'
    : `processes of this region have different lists that share a secret: ${names}. A rotation explains this until all of ` +
      'them have restarted.';
  return [{ setting, isFault, message }];
}

const groupBy = (
  processes: readonly RunningProcess[],
  keyOf: (process: RunningProcess) => string,
): RunningProcess[][] => [...Map.groupBy(processes, keyOf).values()];

const pairsOf = (processes: readonly RunningProcess[]): Pair[] =>
  processes.flatMap((one, index) => processes.slice(index + 1).map((other): Pair => [one, other]));

const namesOf = (processes: readonly RunningProcess[]): string =>
  processes.map(({ host, pid }) => `${host} pid ${pid}`).join(', ');

function rulesOf([first]: readonly RunningProcess[]): string {
  return first === undefined
    ? ''
    : `version ${first.version}, edition ${first.edition}, revision ${first.revision}, digest ${first.rules}`;
}

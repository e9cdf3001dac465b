import type { CanaryKind } from './canaries.ts';
import type { JudgedProcess } from './process-assessment.ts';
import type { ControlResult } from './controls.ts';
import type { Finding, PlaceKind } from './places.ts';
import { mover } from './story.ts';
import type { StepResult } from './run-steps.ts';

/** What was looked through in one region: all moments together. */
export interface Looked {
  readonly region: string;
  readonly kind: PlaceKind;
  readonly moments: readonly string[];
  /** The most that there were at one moment. */
  readonly places: number;
  readonly items: number;
  readonly bytes: number;
}

export interface Planted {
  readonly region: string;
  readonly field: string;
  readonly kind: Exclude<CanaryKind, 'control'>;
  readonly count: number;
}

/** What one region's directory says of the other. */
export interface DirectoryCheck {
  readonly region: string;
  readonly of: string;
  readonly domains: number;
  readonly exact: boolean;
}

export interface RegionFacts {
  readonly region: string;
  readonly edition: string;
  readonly revision: string;
  readonly rulesSha256: string;
  readonly stores: string;
  readonly stoppedWell: boolean;
}

export interface Visit {
  readonly region: string;
  readonly store: string;
  readonly by: string;
  readonly count: number;
  readonly allowed: boolean;
}

/** What the proof is to say, as data. */
export interface Report {
  readonly format: 1;
  readonly held: boolean;
  /** Why it did not hold, in sentences; never a canary itself. */
  readonly reasons: readonly string[];
  readonly at: string;
  readonly seconds: number;
  readonly version: string;
  readonly system: { readonly node: string; readonly platform: string; readonly showsProcesses: boolean };
  readonly regions: readonly RegionFacts[];
  readonly steps: readonly StepResult[];
  readonly planted: readonly Planted[];
  readonly looked: readonly Looked[];
  readonly findings: readonly Finding[];
  readonly directory: readonly DirectoryCheck[];
  readonly processes: readonly JudgedProcess[];
  readonly visits: readonly Visit[];
  readonly longestGapMs: number;
  readonly controls: readonly ControlResult[];
  readonly limits: readonly string[];
}

/** Everything that speaks against the proof; an empty list means that it held. */
export function reasonsOf(report: Omit<Report, 'held' | 'reasons'>): string[] {
  const { regions, steps, findings, directory, processes, visits, controls } = report;
  return [
    ...findings.map(findingWords),
    ...processes.flatMap(({ region, process, seen, watchedItself }) => [
      ...(watchedItself ? [] : [`Nothing is known of the process "${process}" of ${region}: it did not watch itself.`]),
      ...seen
        .filter(({ allowed }) => !allowed)
        .map(({ what, to }) => `The process "${process}" of ${region}: ${whatWords[what]} ${to}.`),
    ]),
    ...visits
      .filter(({ allowed }) => !allowed)
      .map(({ region, store, by }) => `${store} of ${region} was visited by ${by}.`),
    ...directory
      .filter(({ exact }) => !exact)
      .map(
        ({ region, of }) =>
          `The directory of ${region} does not name exactly the company domains of ${of} that it is meant to know.`,
      ),
    ...steps
      .filter(({ status }) => status === 'failed')
      .map(({ region, title, says }) => `The step "${title}" went wrong ${placeWords(region)}: ${says}.`),
    ...regions
      .filter(({ stoppedWell }) => !stoppedWell)
      .map(({ region }) => `The server of ${region} did not stop well.`),
    ...controls
      .filter(({ noticed }) => !noticed)
      .map(({ region, control }) => `A control in ${region} was not noticed: ${control}.`),
  ];
}

const whatWords = {
  connection: 'connected to',
  listening: 'listened at',
  name: 'asked for the address of',
  file: 'opened',
  process: 'started the program',
  datagram: 'sent by',
} as const;

const findingWords = ({ canaryOf, field, foundIn, place, encoding }: Finding): string =>
  canaryOf === foundIn
    ? `A secret of ${canaryOf} (${field}) is kept in its own region: ${place} (${encoding}).`
    : `A canary of ${canaryOf} (${field}) is in ${foundIn}: ${place} (${encoding}).`;

const placeWords = (who: string): string => (who === mover ? `with ${who}` : `in ${who}`);

/** What no run can show, for whoever reads the report. */
export function limitsOf({ showsProcesses, recorded }: { showsProcesses: boolean; recorded: boolean }): string[] {
  return [
    'Both regions ran on one machine, as processes of one account, over http on the loopback address. That the network between real regions is closed, and that their operators keep them apart, is for others to show.',
    'A canary is found as it is, in UTF-16, hexadecimal, base64 and URL encoding, with folded case and accents, and where either end was cut off; passwords also as unsalted SHA-256. What is encrypted or compressed under another form is not read.',
    'The processes write down themselves what they connect to, which files they open and which names they ask for (Node’s own functions and the driver of SQLite). Code that goes around these is seen only from outside.',
    showsProcesses
      ? 'From outside, the open sockets and files of every process were read every few milliseconds; the longest time between two looks stands above. What came and went between two of them was not seen this way.'
      : 'This system does not show what its processes have open: nothing was seen from outside.',
    recorded
      ? 'Each PostgreSQL and each Redis was reached through a recorder, which let nothing through before it knew whose connection it was. A connection to a store’s own port would have gone past the recorder; it would have been told by the process and shown by the system.'
      : 'SQLite has no connections: what was watched are the files that processes opened.',
    'Codes of six digits are too short to be told from chance: the seeds that they come from, and recovery codes, were looked for. Backups, and the log of the server, from before a company moved still hold what they held; that an operator acted in it travels in its own log, with their name.',
    'The proof speaks of this version, these rules and these steps. It says nothing of a browser, of a proxy in front, or of backups that others make.',
  ];
}

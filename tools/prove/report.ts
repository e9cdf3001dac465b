import type { CanaryKind } from './canaries.ts';
import type { ProcessAssessment } from './process-assessment.ts';
import type { ControlResult } from './controls.ts';
import type { Finding, PlaceKind } from './places.ts';
import { movingTenant } from './scenario.ts';
import type { StepResult } from './run-steps.ts';

/** The places that were searched in one region, in all snapshots together. */
export interface SearchedPlaces {
  readonly region: string;
  readonly kind: PlaceKind;
  readonly moments: readonly string[];
  /** The largest number of places in any snapshot. */
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

/** The result of checking that one region's directory lists exactly the expected domains of the other. */
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

/** The result of the proof. */
export interface Report {
  readonly format: 1;
  readonly held: boolean;
  /** The reasons why the isolation did not hold, as sentences. They never contain a canary. */
  readonly reasons: readonly string[];
  readonly at: string;
  readonly seconds: number;
  readonly version: string;
  readonly system: { readonly node: string; readonly platform: string; readonly showsProcesses: boolean };
  readonly regions: readonly RegionFacts[];
  readonly steps: readonly StepResult[];
  readonly planted: readonly Planted[];
  readonly looked: readonly SearchedPlaces[];
  readonly findings: readonly Finding[];
  readonly directory: readonly DirectoryCheck[];
  readonly processes: readonly ProcessAssessment[];
  readonly visits: readonly Visit[];
  readonly longestGapMs: number;
  readonly controls: readonly ControlResult[];
  readonly limits: readonly string[];
}

/** @returns every reason why the isolation did not hold; empty if it held */
export function reasonsOf(report: Omit<Report, 'held' | 'reasons'>): string[] {
  const { regions, steps, findings, directory, processes, visits, controls } = report;
  return [
    ...findings.map(describeFinding),
    ...processes.flatMap(({ region, process, seen, watchedItself }) => [
      ...(watchedItself
        ? []
        : [`The process "${process}" of ${region} did not record its actions, so they are unknown.`]),
      ...seen
        .filter(({ allowed }) => !allowed)
        .map(({ what, to }) => `The process "${process}" of ${region}: ${contactVerbs[what]} ${to}.`),
    ]),
    ...visits
      .filter(({ allowed }) => !allowed)
      .map(({ region, store, by }) => `${store} of ${region} was accessed by ${by}.`),
    ...directory
      .filter(({ exact }) => !exact)
      .map(
        ({ region, of }) => `The directory of ${region} does not list exactly the expected tenant domains of ${of}.`,
      ),
    ...steps
      .filter(({ status }) => status === 'failed')
      .map(({ region, title, says }) => `The step "${title}" failed ${describePlace(region)}: ${says}.`),
    ...regions
      .filter(({ stoppedWell }) => !stoppedWell)
      .map(({ region }) => `The server of ${region} did not shut down cleanly.`),
    ...controls
      .filter(({ noticed }) => !noticed)
      .map(({ region, control }) => `A control in ${region} was not noticed: ${control}.`),
  ];
}

const contactVerbs = {
  connection: 'connected to',
  listening: 'listened on',
  name: 'looked up the address of',
  file: 'opened',
  process: 'started the program',
  datagram: 'sent datagrams over',
} as const;

const describeFinding = ({ canaryOf, field, foundIn, place, encoding }: Finding): string =>
  canaryOf === foundIn
    ? `A secret of ${canaryOf} (${field}) is stored in its own region: ${place} (${encoding}).`
    : `A canary of ${canaryOf} (${field}) was found in ${foundIn}: ${place} (${encoding}).`;

const describePlace = (who: string): string => (who === movingTenant ? `for ${who}` : `in ${who}`);

/** @returns the limits of the proof, for readers of the report */
export function limitsOf({ showsProcesses, recorded }: { showsProcesses: boolean; recorded: boolean }): string[] {
  return [
    'Both regions ran on one machine, as processes of one account, over HTTP on the loopback address. Whether real regions are separated by their networks and their operators must be verified separately.',
    'Canaries are found in plain text, UTF-16, hexadecimal, base64 and URL encoding, with case and accents folded, and if either end was cut off; passwords also as unsalted SHA-256. Data that is encrypted or compressed in any other form is not read.',
    'Each process records the connections it makes, the files it opens and the names it looks up through Node’s built-in functions and the SQLite driver. Code that bypasses these is only observed from outside.',
    showsProcesses
      ? 'From outside, the open sockets and files of every process were sampled every few milliseconds; the longest time between two samples is given above. Anything opened and closed between two samples was not observed this way.'
      : 'This system does not report what its processes have open, so nothing was observed from outside.',
    recorded
      ? 'PostgreSQL and Redis were reached only through recorders, which forward nothing until they have identified the caller. A direct connection to a store’s port would have bypassed its recorder, but the process would have recorded it and the system would have shown it.'
      : 'SQLite has no connections, so the files that processes opened were watched instead.',
    'Six-digit codes are too short to search for; the seeds that generate them and recovery codes were searched for instead. Backups and server logs from before a tenant moved still contain its data. If an operator acted in a tenant, the tenant’s log names them and moves with the tenant.',
    'The proof covers this version, these rules and these steps. It does not cover browsers, reverse proxies or backups made by other means.',
  ];
}

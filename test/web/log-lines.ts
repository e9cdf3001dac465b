import type { Portal } from '../support/portal.ts';

/** A line of the log about a request. */
export interface LogLine {
  readonly method?: string;
  readonly route?: string | null;
  readonly status?: number;
  readonly ms?: number;
  readonly requestId?: string;
  readonly [other: string]: unknown;
}

/** @returns the lines that a portal has logged so far */
export const logLinesOf = (portal: Pick<Portal, 'logged'>): LogLine[] =>
  portal
    .logged()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LogLine);

import type { Step } from './scenario.ts';

/** The location of the moving tenant: in the first region, in both during the move, then in the second. */
export type MovePhase = 'before' | 'moving' | 'moved';

/** A part of the flow. A snapshot is taken after it. */
export interface Stage {
  readonly steps: readonly Step[];
  /** The name of that snapshot in the report. */
  readonly moment: string;
  /** Who runs the steps: both regions by default, or the moving tenant only. */
  readonly by?: 'movingTenant';
  /** The phase of the move from this stage on. */
  readonly movePhase?: MovePhase;
}

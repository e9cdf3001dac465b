import type { Step } from './scenario.ts';

/** Where the moving tenant is: in the first region, in both during the move, or in the second. */
export type MovePhase = 'before' | 'moving' | 'moved';

/** A stage of the flow. A snapshot is taken at its end. */
export interface Stage {
  readonly steps: readonly Step[];
  /** The name of that snapshot in the report. */
  readonly moment: string;
  /** Set if the steps run only for the moving tenant. Otherwise they run in both regions. */
  readonly by?: 'movingTenant';
  /** The phase of the move that begins with this stage. After a canceled move, it is `before` again. */
  readonly movePhase?: MovePhase;
}

import type { Step } from './story.ts';

/** Where the moving tenant is at home: at the first region, at both while it moves, at the second one. */
export type MovePhase = 'before' | 'moving' | 'moved';

/** Part of the flow, with the moment behind it at which everything is read. */
export interface Chapter {
  readonly steps: readonly Step[];
  /** What the report calls the moment. */
  readonly moment: string;
  /** Who takes them: both regions, or the moving tenant alone. */
  readonly by?: 'movingTenant';
  /** Where that tenant is at home from then on. */
  readonly movePhase?: MovePhase;
}

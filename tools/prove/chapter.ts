import type { Step } from './story.ts';

/** Where the company that moves is at home: at the first region, at both while it moves, at the second one. */
export type Standing = 'before' | 'moving' | 'moved';

/** Part of the flow, with the moment behind it at which everything is read. */
export interface Chapter {
  readonly steps: readonly Step[];
  /** What the report calls the moment. */
  readonly moment: string;
  /** Who takes them: both regions, or the company that moves alone. */
  readonly by?: 'mover';
  /** Where that company is at home from then on. */
  readonly standing?: Standing;
}

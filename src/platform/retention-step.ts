/** How many rows, by kind. */
export type Counts = Readonly<Record<string, number>>;

/** Takes down how many rows of a kind were deleted. */
export type CountDeleted = (kind: string, count: number) => void;

/** Something that is deleted once it has been kept for long enough. */
export interface RetentionStep {
  /** @returns how many rows are due. @param now epoch ms */
  countDue(now: number): Promise<Counts>;
  /**
   * Deletes what is due. Safe on several processes at once.
   * @param now epoch ms
   * @param stopping aborted when the process is about to end: the rest is left to the next run
   */
  purge(now: number, stopping: AbortSignal, countDeleted: CountDeleted): Promise<void>;
  /** Where a run is limited: how many rows there are of this kind, and which share of them one run may delete. */
  readonly limit?: { readonly kind: string; readonly share: number; count(): Promise<number> };
}

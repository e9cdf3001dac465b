/** Row counts by kind. */
export type Counts = Readonly<Record<string, number>>;

/** Records how many rows of a kind were deleted. */
export type CountDeleted = (kind: string, count: number) => void;

/** Deletes one kind of data at the end of its retention period. */
export interface RetentionStep {
  /**
   * @returns the number of rows due for deletion.
   * @param now the current time, epoch ms
   */
  countDue(now: number): Promise<Counts>;
  /**
   * Deletes the rows that are due. Safe to run in several processes at the same time.
   * @param now the current time, epoch ms
   * @param stopping a signal that is aborted before the process exits. The next run deletes the remaining rows
   */
  purge(now: number, stopping: AbortSignal, countDeleted: CountDeleted): Promise<void>;
  /**
   * Limits automatic deletion to a share of the rows of this kind per run. `count` returns the total number of rows of
   * the kind.
   */
  readonly limit?: { readonly kind: string; readonly share: number; count(): Promise<number> };
}

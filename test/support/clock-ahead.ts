/**
 * Sets the wall clock of this process ahead, but not its monotonic clock.
 * @returns a function that restores it
 */
export function setClockAhead(aheadMs: number): () => void {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...values: [] | ConstructorParameters<DateConstructor>) {
      if (values.length === 0) super(RealDate.now() + aheadMs);
      else super(...values);
    }

    static override now(): number {
      return RealDate.now() + aheadMs;
    }
  } as DateConstructor;
  return () => {
    globalThis.Date = RealDate;
  };
}

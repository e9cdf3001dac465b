// Loaded into a process by NODE_OPTIONS=--import: its wall clock is ahead, its monotonic clock is not.
const aheadMs = Number(process.env.CLOCK_AHEAD_MS);
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

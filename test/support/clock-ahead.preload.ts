// Loaded into a child process with NODE_OPTIONS=--import. It sets the wall clock of the process ahead, but not its
// monotonic clock.
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

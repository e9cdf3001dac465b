export { createRetention, type Excess, findExcess, purgeExpired, retentionSteps } from './retention.ts';
export * as confirmedPeriodsStore from './confirmed-periods.store.ts';
export { findShortening, type Shortening, type StepsFor } from './shortened-periods.ts';
export * as trustedClockStore from './trusted-clock.store.ts';
export {
  type ClockFault,
  confirmCommand,
  createTrustedClock,
  findClockFault,
  readTrustedTime,
} from './trusted-clock.ts';

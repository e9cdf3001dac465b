export { createRetention, type Excess, excessOf, purgeExpired } from './retention.ts';
export { retentionSteps } from './steps.ts';
export * as trustedClockStore from './trusted-clock.store.ts';
export { confirmCommand, createTrustedClock, isAhead, readTrustedTime } from './trusted-clock.ts';

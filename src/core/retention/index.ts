export { createRetention, type Excess, findExcess, purgeExpired, retentionSteps } from './retention.ts';
export * as trustedClockStore from './trusted-clock.store.ts';
export { confirmCommand, createTrustedClock, isAhead, readTrustedTime } from './trusted-clock.ts';

/** The maximum difference between the clocks of two nodes, in ms. */
export const clockToleranceMs = 5 * 60_000;

/**
 * @param now the current time, epoch ms
 * @returns the latest plausible time of a past event, epoch ms
 */
export const latestPlausible = (now: number): number => now + clockToleranceMs;

/**
 * @param at the stored time of a past event, epoch ms
 * @param now the current time, epoch ms
 * @returns whether the stored time can be correct. If it is too far in the future, either the clock was ahead when it
 * was stored, or the clock is behind now
 */
export const isPlausible = (at: number, now: number): boolean => at <= latestPlausible(now);

/**
 * @param period `from` is when the access was granted, and `until` when it expires, epoch ms
 * @param now the current time, epoch ms
 * @returns whether the access is valid: the time of the grant is plausible, and the access has not expired
 */
export const isInForce = ({ from, until }: { readonly from: number; readonly until: number }, now: number): boolean =>
  isPlausible(from, now) && now < until;

/**
 * @param until end of the lease, epoch ms; null if there is none
 * @param durationMs the duration of each lease
 * @param now the current time, epoch ms
 * @returns whether the lease is held. A lease that lasts implausibly long is not considered held: it was acquired by a
 * node whose clock was ahead.
 */
export const isLeaseHeld = (until: number | null, durationMs: number, now: number): boolean =>
  until !== null && isInForce({ from: until - durationMs, until }, now);

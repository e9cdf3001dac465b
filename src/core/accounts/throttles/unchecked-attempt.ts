import type { Attempt } from './password-limits.ts';
import type { Throttle } from './throttle.ts';

/** Waits for the check of a counted attempt. If the check fails with an error, the attempt does not count as failed. */
export async function refundIfUnchecked<T>(
  throttle: Pick<Throttle, 'refund'>,
  attempt: Attempt,
  check: Promise<T>,
): Promise<T> {
  try {
    return await check;
  } catch (error) {
    await throttle.refund(attempt);
    throw error;
  }
}

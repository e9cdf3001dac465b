import type { Response } from 'express';
import type { PageFault } from '../http/page-options.ts';

/** Responds with the page that prompts for the code, after the password. */
export function showCodePage(
  response: Response,
  faults: readonly PageFault[] = [],
  status: { readonly status?: number } = {},
): void {
  // Recovery codes have a separate limit, so they work while codes from the app are refused.
  const isPaused = status.status === 429 && faults.some(({ field }) => field === 'code');
  const model = { isPaused, isRecoveryOpen: isPaused || faults.some(({ field }) => field === 'recoveryCode') };
  const options = { title: 'second-factor:signIn.title', faults, withoutNavigation: true };
  response.page('second-factor/sign-in-code', model, { ...options, ...status });
}

import type { Response } from 'express';
import type { PageFault } from '../http/page-options.ts';

/** Responds with the page that asks for the code, after the password. */
export function showCodePage(
  response: Response,
  faults: readonly PageFault[] = [],
  status: { readonly status?: number } = {},
): void {
  const model = { isRecoveryOpen: faults.some(({ field }) => field === 'recoveryCode') };
  const options = { title: 'second-factor:signIn.title', faults, withoutNavigation: true };
  response.page('second-factor/sign-in-code', model, { ...options, ...status });
}

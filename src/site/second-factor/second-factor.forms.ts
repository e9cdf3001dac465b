import { z } from 'zod';
import type { FormFault } from '../http/page-options.ts';
import { verbatimText } from '../http/forms.ts';

// A code is read exactly as it was typed: what it can be is for the check alone to say, in one answer for all.
export const signInCodeForm = z
  .object({ code: verbatimText, recoveryCode: verbatimText })
  .transform(({ code, recoveryCode }) =>
    code.trim() === '' && recoveryCode.trim() !== ''
      ? { typed: recoveryCode, field: 'recoveryCode' }
      : { typed: code, field: 'code' },
  );

export const confirmationForm = z.object({ currentPassword: verbatimText, code: verbatimText });

/** @returns a fault for each part of the proof that was left empty */
export const missingFieldFaults = ({
  currentPassword,
  code,
}: {
  currentPassword: string;
  code: string;
}): FormFault[] => [
  ...(currentPassword === '' ? [{ field: 'currentPassword', key: 'passwords:error.currentMissing' }] : []),
  ...(code.trim() === '' ? [{ field: 'code', key: 'second-factor:error.missing' }] : []),
];

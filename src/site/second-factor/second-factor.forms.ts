import { z } from 'zod';
import type { FormFault } from '../http/page-options.ts';
import { verbatimText } from '../http/forms.ts';

// Codes are passed on exactly as typed. Core validates them and gives the same response for every invalid code.
export const signInCodeForm = z
  .object({ code: verbatimText, recoveryCode: verbatimText })
  .transform(({ code, recoveryCode }) =>
    code.trim() === '' && recoveryCode.trim() !== ''
      ? { typed: recoveryCode, field: 'recoveryCode' }
      : { typed: code, field: 'code' },
  );

/** When the factor that the page showed was set up, in epoch milliseconds; null if the form does not contain it. */
export const removalForm = z.object({
  secondFactorAt: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .nullable()
    .catch(null),
});

export const confirmationForm = z.object({ currentPassword: verbatimText, code: verbatimText });

/** @returns one fault for each empty field */
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

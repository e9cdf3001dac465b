import { z } from 'zod';
import type { FormFault } from '../http/page-options.ts';
import { secret } from '../http/forms.ts';

// A code is read exactly as it was typed: what it can be is for the check alone to say, in one answer for all.
export const codeForm = z
  .object({ code: secret, recoveryCode: secret })
  .transform(({ code, recoveryCode }) =>
    code.trim() === '' && recoveryCode.trim() !== ''
      ? { typed: recoveryCode, field: 'recoveryCode' }
      : { typed: code, field: 'code' },
  );

export const proofForm = z.object({ currentPassword: secret, code: secret });

/** @returns a fault for each part of the proof that was left empty */
export const missingIn = ({ currentPassword, code }: { currentPassword: string; code: string }): FormFault[] => [
  ...(currentPassword === '' ? [{ field: 'currentPassword', key: 'passwords:error.currentMissing' }] : []),
  ...(code.trim() === '' ? [{ field: 'code', key: 'second-factor:error.missing' }] : []),
];

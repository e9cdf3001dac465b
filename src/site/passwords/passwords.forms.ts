import { z } from 'zod';
import { secret } from '../http/forms.ts';

// What a new password must be is the region's to say: these only take the fields as they were typed.
export const forcedChangeForm = z.object({ newPassword: secret, confirmPassword: secret });

export const ownChangeForm = forcedChangeForm.extend({
  currentPassword: secret.refine((text) => text !== '', 'passwords:error.currentMissing'),
});

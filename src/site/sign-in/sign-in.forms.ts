import { z } from 'zod';
import { canonicalUsername, isUsername } from '../../domain/people/user.ts';
import { singleLine, verbatimText } from '../http/forms.ts';

const maxUsernameLength = 254;

export const usernameForm = z.object({
  username: singleLine(maxUsernameLength)
    .transform(canonicalUsername)
    .refine((text) => text !== '', 'sign-in:error.usernameMissing')
    .refine((text) => text === '' || isUsername(text), 'sign-in:error.usernameShape'),
});

/** The user name as typed, to be shown in the field again. */
export const usernameFieldOf = z.object({ username: z.string().max(maxUsernameLength).optional().catch(undefined) });

export const passwordForm = z.object({
  /** The canonical user name; empty if the form contained only a password. */
  username: singleLine(maxUsernameLength).transform(canonicalUsername),
  password: verbatimText.refine((text) => text !== '', 'sign-in:error.passwordMissing'),
});

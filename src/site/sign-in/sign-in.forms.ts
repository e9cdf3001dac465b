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

export const passwordForm = z.object({
  /** The canonical user name; empty if the form contained only a password. */
  username: singleLine(maxUsernameLength).transform(canonicalUsername),
  password: verbatimText.refine((text) => text !== '', 'sign-in:error.passwordMissing'),
});

import { z } from 'zod';
import { canonicalUsername, isUsername } from '../../domain/people/user.ts';
import { line, secret } from '../http/forms.ts';

const maxUsernameLength = 254;

export const usernameForm = z.object({
  username: line(maxUsernameLength)
    .transform(canonicalUsername)
    .refine((text) => text !== '', 'sessions:error.usernameMissing')
    .refine((text) => text === '' || isUsername(text), 'sessions:error.usernameShape'),
});

export const passwordForm = z.object({
  /** Empty when only a password was sent. */
  username: line(maxUsernameLength).transform(canonicalUsername),
  password: secret.refine((text) => text !== '', 'sessions:error.passwordMissing'),
});

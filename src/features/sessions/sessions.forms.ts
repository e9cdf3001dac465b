import { z } from 'zod';
import { canonicalUsername } from '../../domain/user.ts';
import { line, secret } from '../../web/forms.ts';

const longestUsername = 254;

export const usernameForm = z.object({
  username: line(longestUsername)
    .transform(canonicalUsername)
    .refine((text) => text !== '', 'sessions:error.usernameMissing'),
});

export const passwordForm = z.object({
  password: secret.refine((text) => text !== '', 'sessions:error.passwordMissing'),
});

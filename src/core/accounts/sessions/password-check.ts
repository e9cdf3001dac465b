import type { SignInFailure } from '../../../domain/activity/event.ts';
import type { PresentedPassword } from '../../../domain/people/password.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import type { Hasher } from '../passwords/hasher.ts';
import { standing } from './validity.ts';

/**
 * Checks a presented password. Exactly one verification is made, with the decoy where there is nothing to compare, so that
 * time does not tell one kind of refusal from another.
 * @param credentials of the user who has the name, or null
 * @returns why the sign-in fails, or null. @throws Failure overloaded
 */
export async function signInFailure(
  { hasher, clock }: { hasher: Pick<Hasher, 'verify' | 'decoy'>; clock: () => number },
  credentials: Credentials | null,
  { kind, text }: PresentedPassword,
): Promise<SignInFailure | null> {
  // Text in the form of a temporary password is not limited per name: it must never test an own password.
  const comparable = credentials?.user.password === kind ? credentials : null;
  const matches = await hasher.verify(comparable?.passwordHash ?? hasher.decoy, text ?? '');
  if (credentials === null) return 'unknown';
  return matches && comparable !== null && text !== null ? standing(credentials, clock()) : 'password';
}

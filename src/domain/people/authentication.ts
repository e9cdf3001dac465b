/**
 * How a user authenticated: values of RFC 8176, plus `link` for a one-time link and `recovery` for a recovery code.
 * `mfa` (also in RFC 8176) means that a second factor was used.
 */
export const authenticationMethods = ['pwd', 'link', 'otp', 'recovery', 'mfa'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/**
 * Adds a second factor to the methods of a session.
 * @returns the methods without duplicates, in a fixed order
 */
export function withSecondFactor(
  amr: readonly AuthenticationMethod[],
  method: 'otp' | 'recovery',
): readonly AuthenticationMethod[] {
  return authenticationMethods.filter((each) => each === method || each === 'mfa' || amr.includes(each));
}

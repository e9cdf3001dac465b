/**
 * How a user authenticated in a session: values of RFC 8176, and two for which it has none. `link` is a one-time link,
 * `recovery` a recovery code. `mfa` says that a second factor was given besides the first, which RFC 8176 lists too.
 */
export const authenticationMethods = ['pwd', 'link', 'otp', 'recovery', 'mfa'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** @returns the methods of a session in which a second factor was given as well, each once and in a fixed order */
export function withSecondFactor(
  amr: readonly AuthenticationMethod[],
  method: 'otp' | 'recovery',
): readonly AuthenticationMethod[] {
  return authenticationMethods.filter((each) => each === method || each === 'mfa' || amr.includes(each));
}

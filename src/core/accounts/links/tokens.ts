import { randomBytes, randomUUID } from 'node:crypto';
import { hmacSha256, sha256 } from '../../../platform/database/digest.ts';
import { linkToken, linkTokenBytes, parseLinkToken } from '../../../domain/people/one-time-link.ts';

/** The stored form of a link. It contains only a digest of the token. */
export interface LinkDigest {
  readonly id: string;
  readonly digest: string;
}

/**
 * Generates and recognizes the tokens of one-time links.
 * @param secrets the session secrets: the first one derives new tokens; all are tried for existing tokens
 * @param addressOf returns the URL of a link. Its host comes from the configuration, never from a request.
 */
export function createLinkTokens(secrets: readonly string[], addressOf: (token: string) => string) {
  const digestOf = (token: string): string => sha256(`one-time-link|${token}`);
  const derive = (secret: string, id: string): string =>
    linkToken(hmacSha256(secret, `one-time-link|${id}`).subarray(0, linkTokenBytes));

  return {
    /** @returns a link to show now. Its token is random, so the URL cannot be recomputed. */
    issue: (): LinkDigest & { readonly address: string } => {
      const token = linkToken(randomBytes(linkTokenBytes));
      return { id: randomUUID(), digest: digestOf(token), address: addressOf(token) };
    },

    /**
     * @returns a link to mail later. Its token is not stored, because it can be derived from the ID when the email is
     * sent.
     */
    issueForMail: (): LinkDigest => {
      const id = randomUUID();
      return { id, digest: digestOf(derive(secrets[0] ?? '', id)) };
    },

    /**
     * @returns the URL of a link that was issued for mail; null if the secret from which its token was derived has been
     * removed
     */
    addressOf: ({ id, digest }: LinkDigest): string | null => {
      const token = secrets.map((secret) => derive(secret, id)).find((each) => digestOf(each) === digest);
      return token === undefined ? null : addressOf(token);
    },

    /** @returns the digest for looking up a link; null for a malformed token */
    digestOf: (typed: string): string | null => {
      const token = parseLinkToken(typed);
      return token === null ? null : digestOf(token);
    },
  };
}

export type LinkTokens = ReturnType<typeof createLinkTokens>;

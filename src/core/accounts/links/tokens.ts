import { randomBytes, randomUUID } from 'node:crypto';
import { hmacSha256, sha256 } from '../../../platform/database/digest.ts';
import { linkToken, linkTokenBytes, parseLinkToken } from '../../../domain/people/one-time-link.ts';

/** A link before it is kept: what is kept of its token is the digest alone. */
export interface MadeLink {
  readonly id: string;
  readonly digest: string;
}

/**
 * Makes and recognises the tokens of one-time links.
 * @param secrets of the sessions: the first makes, all are tried
 * @param addressOf the address of a link by its token: the one host that a link ever leads to, whatever a request says
 */
export function createLinkTokens(secrets: readonly string[], addressOf: (token: string) => string) {
  const digestOf = (token: string): string => sha256(`one-time-link|${token}`);
  const derive = (secret: string, id: string): string =>
    linkToken(hmacSha256(secret, `one-time-link|${id}`).subarray(0, linkTokenBytes));

  return {
    /** @returns a link to be shown now: its address is in this answer and nowhere else */
    make: (): MadeLink & { readonly address: string } => {
      const token = linkToken(randomBytes(linkTokenBytes));
      return { id: randomUUID(), digest: digestOf(token), address: addressOf(token) };
    },

    /** @returns a link whose address comes into being only when it is sent */
    makeToSend: (): MadeLink => {
      const id = randomUUID();
      return { id, digest: digestOf(derive(secrets[0] ?? '', id)) };
    },

    /** @returns the address of a link that was made to be sent; null where its secret has been given up since */
    addressOf: ({ id, digest }: MadeLink): string | null => {
      const token = secrets.map((secret) => derive(secret, id)).find((each) => digestOf(each) === digest);
      return token === undefined ? null : addressOf(token);
    },

    /** @returns what a link is looked up by, or null for a text that is the token of none */
    digestOf: (typed: string): string | null => {
      const token = parseLinkToken(typed);
      return token === null ? null : digestOf(token);
    },
  };
}

export type LinkTokens = ReturnType<typeof createLinkTokens>;

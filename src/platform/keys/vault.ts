import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealed } from '../../domain/people/second-factor.ts';

export interface Vault {
  /** @param purpose the context, such as the owner of a seed. The text can be opened only with the same purpose */
  seal(text: string, purpose: string): Sealed;
  /** @returns the text; null if no key matches, the text was changed, or it was sealed for another purpose */
  open(sealed: Sealed, purpose: string): string | null;
  /** ID of the key used for sealing. */
  readonly keyId: string;
  /** IDs of all keys that can open sealed texts. */
  readonly keyIds: readonly string[];
}

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const idLength = 12;

/**
 * @param secrets the first secret seals; any of the secrets can open, so that keys can be rotated
 * @param use the purpose of the vault. The keys are derived from the secrets separately for each use
 */
export function createVault(secrets: readonly string[], use = 'second factor'): Vault {
  const keys = new Map(secrets.map((secret) => toEntry(secret, use)));
  const [current] = keys;
  if (current === undefined) throw new Error('A vault requires at least one key');
  const [keyId, key] = current;

  return {
    keyId,
    keyIds: [...keys.keys()],
    seal: (text, purpose) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(purpose));
      const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { keyId, text: Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url') };
    },
    open: (sealed, purpose) => {
      const matching = keys.get(sealed.keyId);
      return matching === undefined ? null : open(matching, Buffer.from(sealed.text, 'base64url'), purpose);
    },
  };
}

function open(key: Buffer, sealed: Buffer, purpose: string): string | null {
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
  try {
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
    decipher.setAuthTag(tag).setAAD(Buffer.from(purpose));
    return decipher.update(sealed.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

// The ID is derived separately from the key, so the IDs of stored texts reveal nothing about the keys.
const toEntry = (secret: string, use: string): [string, Buffer] => [
  createHash('sha256')
    .update(derive(secret, `${use} id`))
    .digest('base64url')
    .slice(0, idLength),
  derive(secret, `${use} seal`),
];

const derive = (secret: string, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `parvis ${label}`, keyBytes));

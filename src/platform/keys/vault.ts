import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealed } from '../../domain/people/second-factor.ts';

export interface Vault {
  /** @param purpose what it is for, such as whose seed it is: sealed for one, it opens for no other */
  seal(text: string, purpose: string): Sealed;
  /** @returns the text; null where none of the keys made it, or somebody changed it or took it from elsewhere */
  open(sealed: Sealed, purpose: string): string | null;
  /** The key that seals. */
  readonly keyId: string;
  /** All that open. */
  readonly keyIds: readonly string[];
}

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const idLength = 12;

/** @param secrets the first seals, each opens: so that one can be replaced by another */
export function createVault(secrets: readonly string[]): Vault {
  const keys = new Map(secrets.map((secret) => [derive(secret, 'id'), secret] as const).map(toEntry));
  const [current] = keys;
  if (current === undefined) throw new Error('A vault needs a key');
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
      const own = keys.get(sealed.keyId);
      return own === undefined ? null : open(own, Buffer.from(sealed.text, 'base64url'), purpose);
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

// The id is made of another derivation than the key: whoever reads it in the database learns nothing of that.
const toEntry = ([id, secret]: readonly [Buffer, string]): [string, Buffer] => [
  createHash('sha256').update(id).digest('base64url').slice(0, idLength),
  derive(secret, 'seal'),
];

const derive = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `parvis second factor ${use}`, keyBytes));

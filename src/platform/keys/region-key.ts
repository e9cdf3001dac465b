import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { regionId } from '../../domain/regions.ts';

/** Who signed: a region, and the key by which it says that it is the one. */
export interface Signer {
  readonly region: string;
  /** Ed25519 as SPKI in DER, base64url. */
  readonly publicKey: string;
}

/** The form of what a file says of its signer; whether it is true is for `isSignedBy` to say. */
export const signerSchema = z.object({ region: z.string().regex(regionId), publicKey: z.base64url().max(200) });
export const signatureSchema = z.base64url().max(200);

/** @returns a new private key as PEM */
export const generateSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** @param privateKey as PEM */
export const signerOf = (region: string, privateKey: string): Signer => ({
  region,
  publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64url'),
});

/**
 * Signs a list of values. Lists, not objects: their order is part of what is signed.
 * @param form the name of what is signed, so that a signature serves nowhere else
 * @returns Ed25519 (RFC 8032), base64url
 */
export const signatureOf = (form: string, signer: Signer, content: unknown, privateKey: string): string =>
  sign(null, textOf(form, signer, content), createPrivateKey(privateKey)).toString('base64url');

/** @returns whether the key that the signer names has signed exactly this */
export function isSignedBy(signer: Signer, form: string, content: unknown, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(signer.publicKey, 'base64url'), type: 'spki', format: 'der' });
    const isEd25519 = key.asymmetricKeyType === 'ed25519';
    return isEd25519 && verify(null, textOf(form, signer, content), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** @returns a key in a form that two operators can compare by voice: eight groups of four */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
  return (digest.slice(0, 32).match(/.{4}/g) ?? []).join('-');
}

const textOf = (form: string, { region, publicKey }: Signer, content: unknown): Buffer =>
  Buffer.from(JSON.stringify([form, region, publicKey, content]));

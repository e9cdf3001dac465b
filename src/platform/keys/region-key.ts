import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { regionId } from '../../domain/regions.ts';
import { groupDigits } from '../region-identity.ts';

/** A signing region and its public key. */
export interface Signer {
  readonly region: string;
  /** The Ed25519 key as SPKI in DER, base64url. */
  readonly publicKey: string;
}

/** The format of a signer in a file. It does not check the key; `isSignedBy` does. */
export const signerSchema = z.object({ region: z.string().regex(regionId), publicKey: z.base64url().max(200) });
export const signatureSchema = z.base64url().max(200);

/** @returns a new private key as PEM */
export const generateSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/**
 * @param privateKey the private key of the region as PEM
 * @returns the region as a signer, with the matching public key
 */
export const signerOf = (region: string, privateKey: string): Signer => ({
  region,
  publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64url'),
});

/**
 * Signs content. Pass an array, because its serialization has a fixed order.
 * @param form the kind of content, so that a signature is not valid for another kind
 * @returns the Ed25519 signature (RFC 8032), base64url
 */
export const signatureOf = (form: string, signer: Signer, content: unknown, privateKey: string): string =>
  sign(null, textOf(form, signer, content), createPrivateKey(privateKey)).toString('base64url');

/** @returns whether the signature of this content is valid for the signer's public key */
export function isSignedBy(signer: Signer, form: string, content: unknown, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(signer.publicKey, 'base64url'), type: 'spki', format: 'der' });
    const isEd25519 = key.asymmetricKeyType === 'ed25519';
    return isEd25519 && verify(null, textOf(form, signer, content), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** @returns a fingerprint that two operators can compare over the phone: eight groups of four hexadecimal digits */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
  return groupDigits(digest.slice(0, 32));
}

const textOf = (form: string, { region, publicKey }: Signer, content: unknown): Buffer =>
  Buffer.from(JSON.stringify([form, region, publicKey, content]));

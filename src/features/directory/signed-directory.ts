import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { regionId } from '../../domain/regions.ts';
import type { DirectoryRoute } from './directory.store.ts';

/** A directory as it travels between regions: company domains, and the signature of the region that exported them. */
export interface SignedDirectory {
  readonly routes: readonly DirectoryRoute[];
  readonly signer: { readonly region: string; readonly publicKey: string };
  /** Ed25519 (RFC 8032), base64url. */
  readonly signature: string;
}

/** The form of what is signed; what it holds is checked by whoever reads the routes. */
export const signedDirectory = z.object({
  routes: z.array(z.object({ domain: z.string(), region: z.string() })),
  signer: z.object({ region: z.string().regex(regionId), publicKey: z.base64url().max(200) }),
  signature: z.base64url().max(200),
});

/** @returns a new private key as PEM */
export const makeKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** @param privateKey as PEM */
export function signDirectory(routes: readonly DirectoryRoute[], region: string, privateKey: string): SignedDirectory {
  const key = createPrivateKey(privateKey);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64url');
  const signer = { region, publicKey };
  return { routes, signer, signature: sign(null, signedText(routes, signer), key).toString('base64url') };
}

/** @returns whether the key that the directory names has signed exactly this */
export function isSigned({ routes, signer, signature }: SignedDirectory): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(signer.publicKey, 'base64url'), type: 'spki', format: 'der' });
    const isEd25519 = key.asymmetricKeyType === 'ed25519';
    return isEd25519 && verify(null, signedText(routes, signer), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** @returns a key in a form that two operators can compare by voice: eight groups of four */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
  return (digest.slice(0, 32).match(/.{4}/g) ?? []).join('-');
}

// Lists, not objects: their order is part of what is signed. The name of the form keeps a signature from serving elsewhere.
function signedText(routes: readonly DirectoryRoute[], { region, publicKey }: SignedDirectory['signer']): Buffer {
  const entries = routes.map(({ domain, region: to }) => [domain, to]);
  return Buffer.from(JSON.stringify(['parvis directory 1', region, publicKey, entries]));
}

import { z } from 'zod';
import type { DirectoryRoute } from './directory.store.ts';
import {
  isSignedBy,
  signatureOf,
  signatureSchema,
  signerOf,
  signerSchema,
  type Signer,
} from '../../platform/keys/region-key.ts';

/** A directory in the format that regions exchange: routes, signed by the region that exported them. */
export interface SignedDirectory {
  readonly routes: readonly DirectoryRoute[];
  readonly signer: Signer;
  readonly signature: string;
}

const form = 'parvis directory 1';

/** The schema validates only the structure. Domains and regions are validated when the routes are imported. */
export const signedDirectory = z.object({
  routes: z.array(z.object({ domain: z.string(), region: z.string() })),
  signer: signerSchema,
  signature: signatureSchema,
});

/**
 * Signs the routes that a region exports.
 * @param privateKey the private key of the region as PEM
 */
export function signDirectory(routes: readonly DirectoryRoute[], region: string, privateKey: string): SignedDirectory {
  const signer = signerOf(region, privateKey);
  return { routes, signer, signature: signatureOf(form, signer, entriesOf(routes), privateKey) };
}

/** @returns whether the routes were signed with the key that the directory contains */
export const isSignatureValid = ({ routes, signer, signature }: SignedDirectory): boolean =>
  isSignedBy(signer, form, entriesOf(routes), signature);

const entriesOf = (routes: readonly DirectoryRoute[]): string[][] =>
  routes.map(({ domain, region }) => [domain, region]);

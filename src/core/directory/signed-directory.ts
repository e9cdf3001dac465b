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

/** The content of an exported directory. */
export interface DirectoryContent {
  /** The domains of the region itself. */
  readonly routes: readonly DirectoryRoute[];
  /** Greater than that of every earlier export of the region. */
  readonly serial: number;
}

/** A directory in the format that regions exchange, signed by the region that exported it. */
export interface SignedDirectory extends DirectoryContent {
  readonly signer: Signer;
  readonly signature: string;
}

const form = 'parvis directory 2';

/** The schema validates only the structure. Domains and regions are validated when the routes are imported. */
export const signedDirectory = z.object({
  routes: z.array(z.object({ domain: z.string(), region: z.string() })),
  serial: z.int().positive(),
  signer: signerSchema,
  signature: signatureSchema,
});

/** Signs the directory that a region exports. @param privateKey the private key of the region as PEM */
export function signDirectory(content: DirectoryContent, region: string, privateKey: string): SignedDirectory {
  const signer = signerOf(region, privateKey);
  const { routes, serial } = content;
  return { routes, serial, signer, signature: signatureOf(form, signer, entriesOf(content), privateKey) };
}

/** @returns whether the content was signed with the key that the directory contains */
export const isSignatureValid = (directory: SignedDirectory): boolean =>
  isSignedBy(directory.signer, form, entriesOf(directory), directory.signature);

const entriesOf = ({ routes, serial }: DirectoryContent): [number, string[][]] => [
  serial,
  routes.map(({ domain, region }) => [domain, region]),
];

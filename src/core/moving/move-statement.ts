import { z } from 'zod';
import { sha256 } from '../../platform/database/digest.ts';
import { isSignedBy, signatureOf, signatureSchema, signerSchema } from '../../platform/keys/region-key.ts';
import { groupDigits } from '../../platform/region-identity.ts';
import { ownSigner, type MovingDependencies } from './dependencies.ts';
import { MoveFault } from './move-fault.ts';

/**
 * - `release`: the destination will never import the bundle of a move, so that the source can cancel it
 * - `cancellation`: the source has canceled a move, so that the destination can delete what it imported
 */
export type StatementKind = 'release' | 'cancellation';

const forms = { release: 'parvis release 1', cancellation: 'parvis cancellation 1' } as const;
const faults = {
  release: { form: 'releaseForm', signature: 'releaseSignature' },
  cancellation: { form: 'cancellationForm', signature: 'cancellationSignature' },
} as const;

const fingerprintLength = 32;
const fingerprintShape = /^[0-9a-f]{4}(?:-[0-9a-f]{4}){7}$/;

const statementSchema = z.object({
  form: z.string(),
  /** The fingerprint of the move. */
  move: z.string().regex(fingerprintShape),
  /** When the region decided, epoch ms. */
  at: z.number().int(),
  signer: signerSchema,
  signature: signatureSchema,
});

/** A region's decision on a move, signed by the region. */
export type MoveStatement = Readonly<z.infer<typeof statementSchema>>;

/**
 * @returns the fingerprint of a move, in eight groups of four hexadecimal digits. It identifies the move without
 * disclosing the move's ID, because knowledge of the ID proves that a region has decrypted the bundle
 */
export const moveFingerprint = (moveId: string): string => groupDigits(sha256(moveId).slice(0, fingerprintLength));

export const isMoveFingerprint = (text: string): boolean => fingerprintShape.test(text);

/** @param at when the region decided, epoch ms */
export function signStatement(parts: MovingDependencies, kind: StatementKind, move: string, at: number): MoveStatement {
  const signer = ownSigner(parts);
  const form = forms[kind];
  return { form, move, at, signer, signature: signatureOf(form, signer, [move, at], parts.signingKey) };
}

/**
 * Validates a statement and its signature.
 * @throws MoveFault
 */
export function readStatement(kind: StatementKind, content: unknown): MoveStatement {
  const { data } = statementSchema.safeParse(content);
  if (data?.form !== forms[kind]) throw new MoveFault(faults[kind].form);
  const { signer, move, at, signature } = data;
  if (!isSignedBy(signer, forms[kind], [move, at], signature)) throw new MoveFault(faults[kind].signature);
  return data;
}

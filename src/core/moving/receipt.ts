import { z } from 'zod';
import { isSignedBy, signatureOf, signatureSchema, signerSchema } from '../../platform/keys/region-key.ts';
import { summariesSchema } from './bundle.ts';
import { MoveFault } from './move-fault.ts';
import { ownSigner, type MovingDependencies } from './dependencies.ts';
import * as movesStore from './moves.store.ts';

const form = 'parvis receipt 1';

const receiptSchema = z.object({
  form: z.literal(form),
  /** The ID of the move. Only a region that has decrypted the bundle can provide it. */
  move: z.uuid(),
  tenantId: z.string().max(100),
  from: z.string().max(100),
  tables: summariesSchema,
  /** When the tenant moved in, epoch ms. */
  at: z.number().int(),
  signer: signerSchema,
  signature: signatureSchema,
});

/**
 * The confirmation that a tenant has moved in, with the number of rows and the digest of each table in the database.
 */
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

type ReceiptContent = Pick<Receipt, 'move' | 'tenantId' | 'from' | 'tables' | 'at'>;

const signedOf = ({ move, tenantId, from, tables, at }: ReceiptContent): unknown => [
  ...[move, tenantId, from, at],
  tables.map(({ name, rows, digest }) => [name, rows, digest]),
];

/**
 * @returns the signed receipt for a tenant that moved in. Can be called repeatedly.
 * @throws MoveFault
 */
export async function receiptOf(parts: MovingDependencies, tenantId: string): Promise<Receipt> {
  const move = await movesStore.findLatestIn(parts.database, tenantId);
  if (!move?.summary) throw new MoveFault('noReceipt', tenantId);
  const content = { move: move.id, tenantId, from: move.region, tables: [...move.summary], at: move.beganAt };
  const signer = ownSigner(parts);
  return { form, ...content, signer, signature: signatureOf(form, signer, signedOf(content), parts.signingKey) };
}

/**
 * Validates a receipt and its signature.
 * @throws MoveFault
 */
export function readReceipt(content: unknown): Receipt {
  const { data } = receiptSchema.safeParse(content);
  if (data === undefined) throw new MoveFault('receiptForm');
  if (!isSignedBy(data.signer, form, signedOf(data), data.signature)) throw new MoveFault('receiptSignature');
  return data;
}

import { z } from 'zod';
import { isSignedBy, signatureOf, signatureSchema, signerSchema } from '../../platform/keys/region-key.ts';
import { summariesSchema } from './bundle.ts';
import { MoveFault } from './move-fault.ts';
import { ownSigner, type MovingDependencies } from './dependencies.ts';
import * as movesStore from './moves.store.ts';

const form = 'parvis receipt 1';

const receiptSchema = z.object({
  form: z.literal(form),
  /** Only who could open the bundle can name it. */
  move: z.uuid(),
  tenantId: z.string().max(100),
  from: z.string().max(100),
  tables: summariesSchema,
  /** When it was taken in, epoch ms. */
  at: z.number().int(),
  signer: signerSchema,
  signature: signatureSchema,
});

/** What a region says of a tenant that it has taken in: how many rows of each table stand in its database, with their digests. */
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

type ReceiptContent = Pick<Receipt, 'move' | 'tenantId' | 'from' | 'tables' | 'at'>;

const signedOf = ({ move, tenantId, from, tables, at }: ReceiptContent): unknown => [
  ...[move, tenantId, from, at],
  tables.map(({ name, rows, digest }) => [name, rows, digest]),
];

/** @returns the receipt of a tenant that moved in, signed: the same again each time. @throws MoveFault */
export async function receiptOf(parts: MovingDependencies, tenantId: string): Promise<Receipt> {
  const move = await movesStore.findLatestIn(parts.database, tenantId);
  if (!move?.summary) throw new MoveFault('noReceipt', tenantId);
  const said = { move: move.id, tenantId, from: move.region, tables: [...move.summary], at: move.beganAt };
  const signer = ownSigner(parts);
  return { form, ...said, signer, signature: signatureOf(form, signer, signedOf(said), parts.signingKey) };
}

/** @returns a receipt that was signed by whom it names. @throws MoveFault */
export function readReceipt(content: unknown): Receipt {
  const { data } = receiptSchema.safeParse(content);
  if (data === undefined) throw new MoveFault('receiptForm');
  if (!isSignedBy(data.signer, form, signedOf(data), data.signature)) throw new MoveFault('receiptSignature');
  return data;
}

import type { DirectoryChanges, DirectoryRoute, ReceivedDirectory } from '../core/directory/index.ts';
import { fingerprintOf, type Signer } from '../platform/keys/region-key.ts';
import type { DestructiveOptions, Effects } from './confirmation.ts';

export interface ImportOptions extends DestructiveOptions {
  readonly acceptKey?: string;
  readonly unsigned?: boolean;
}

/** A directory with a valid signature, by a key that is not necessarily trusted. */
export interface VerifiedDirectory extends ReceivedDirectory {
  readonly signer: Signer;
}

interface Counts extends Record<string, number> {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/**
 * @param known the stored key of the signer's region; null if there is none
 * @returns the effects of the import, and whether it can proceed without confirmation
 */
export function effectsOfSigned(
  received: VerifiedDirectory,
  known: string | null,
  { added, removed, below }: DirectoryChanges,
  { acceptKey }: ImportOptions,
): { effects: Effects; isConfirmed: boolean } {
  const { region, routes } = received;
  // Passing --accept-key counts as confirmation; `verifySignerKey` compares the fingerprint.
  const isNew = known === null && acceptKey === undefined;
  const fingerprint = fingerprintOf(received.signer.publicKey);
  const trust = `The import trusts a new key of ${region} with the fingerprint ${fingerprint}, which you should compare with its operator first.`;
  const taken = below.map(
    ({ domain, existing, region: other }) =>
      `${domain} would belong to ${region}, although it is below ${existing}, which belongs to ${other}.`,
  );
  const counts = { added: added.length, changed: 0, removed: removed.length };
  const effects = {
    lines: [...(isNew ? [trust] : []), ...taken, ...directoryLines(received, counts)],
    counts: { newKeys: isNew ? 1 : 0, ...counts },
  };
  const isEmptied = routes.length === 0 && removed.length > 0;
  return { effects, isConfirmed: !isNew && !isEmptied && below.length === 0 };
}

export function effectsOfUnsigned(routes: readonly DirectoryRoute[], existing: readonly DirectoryRoute[]): Effects {
  const before = new Map(existing.map(({ domain, region }) => [domain, region]));
  const added = routes.filter(({ domain }) => !before.has(domain)).length;
  const unchanged = routes.filter(({ domain, region }) => before.get(domain) === region).length;
  const changed = routes.length - added - unchanged;
  return {
    lines: [`Routes that it adds: ${added}. Routes that it changes: ${changed}.`],
    counts: { newKeys: 0, added, changed },
  };
}

/** @returns lines that describe the origin of a directory and the changes that its import makes */
export function directoryLines(received: VerifiedDirectory, { added, changed, removed }: Counts): string[] {
  const { region, serial, routes, signer } = received;
  return [
    `Directory of ${region}, serial number ${serial}, key fingerprint ${fingerprintOf(signer.publicKey)}.`,
    ...(routes.length === 0 ? ['The directory is empty.'] : []),
    `Routes that it adds: ${added}. Routes that it changes: ${changed}. Routes that it removes: ${removed}.`,
  ];
}

/** @returns the origin of a directory for the JSON output */
export const signerToJson = ({ region, serial, signer }: VerifiedDirectory) => ({
  from: region,
  fingerprint: fingerprintOf(signer.publicKey),
  serial,
});

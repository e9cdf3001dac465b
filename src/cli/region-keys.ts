import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../platform/config/config.ts';
import { readOrGenerate } from '../platform/keys/generated-file.ts';
import { fingerprintOf, generateSigningKey, type Signer, signerOf } from '../platform/keys/region-key.ts';
import { directoryStore } from '../core/directory/index.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandError } from '../platform/command-error.ts';
import type { Command } from 'commander';
import { getConfigForKeys, print } from './context.ts';
import type { CommandIo } from './io.ts';

const identityFile = 'region-identity';

/** Returns the region's private signing key as PEM. It is generated when it is first needed. */
export const loadSigningKey = (config: Config): string =>
  readOrGenerate(path.join(config.dataDirectory, 'directory-key'), generateSigningKey);

/** Returns the age identity that decrypts bundles for this region. It is generated when it is first needed. */
export async function loadRegionIdentity(config: Config): Promise<string> {
  const { generateIdentity } = await import('age-encryption');
  const fresh = await generateIdentity();
  return readOrGenerate(path.join(config.dataDirectory, identityFile), () => fresh).trim();
}

/** How the operator accepts another region's key. */
export interface KeyTrust {
  /** The fingerprint that the operator passed with --accept-key. */
  readonly accepted?: string | undefined;
  /**
   * Asks whether to trust the first key of a region.
   * @returns false if the operator declines or cannot be asked
   */
  readonly confirm: (lines: readonly string[], fingerprint: string) => Promise<boolean>;
}

/**
 * Verifies the key that signed a file from another region. The operator must compare the fingerprints and accept each
 * key that differs from the stored one, including a region's first key.
 * @param what the kind of file as named in error messages, such as `directory`
 * @returns a function that stores the key, to be called once the rest of the file has been verified
 * @throws CommandError if the key is not trusted
 */
export async function verifySignerKey(
  database: Database,
  { region, publicKey }: Signer,
  what: string,
  { accepted, confirm }: KeyTrust,
): Promise<(tx: Database) => Promise<void>> {
  const fingerprint = fingerprintOf(publicKey);
  if (accepted !== undefined && accepted !== fingerprint)
    throw new CommandError(`The ${what} was signed with another key of ${region}: ${fingerprint}`);
  const known = await directoryStore.findKey(database, region);
  if (known === publicKey) return () => Promise.resolve();
  const compare = `Compare the fingerprint with the operator of ${region}`;
  if (known !== null && accepted === undefined)
    throw new CommandError(`The key of ${region} has changed. ${compare}, then use --accept-key ${fingerprint}`);
  const first = `The ${what} was signed with a key of ${region} that is new to this region: ${fingerprint}.`;
  if (accepted === undefined && !(await confirm([first, `${compare} before you trust it.`], fingerprint)))
    throw new CommandError(`${first} ${compare}, then use --accept-key ${fingerprint}. Nothing was changed.`);
  return (tx) => directoryStore.storeKey(tx, region, publicKey);
}

/** @returns the age identity of the region; null if it was never generated, so no bundle can be encrypted for it */
export const findRegionIdentity = (config: Config): Promise<string> | null =>
  existsSync(path.join(config.dataDirectory, identityFile)) ? loadRegionIdentity(config) : null;

export function addRegionKeyCommand(region: Command, io: CommandIo): void {
  region
    .command('key')
    .description('print the encryption key for bundles to this region, and the fingerprint of its signing key')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const config = await getConfigForKeys(io);
      const { identityToRecipient } = await import('age-encryption');
      const recipient = await identityToRecipient(await loadRegionIdentity(config));
      const { region: id, publicKey } = signerOf(config.rules.region, loadSigningKey(config));
      const fingerprint = fingerprintOf(publicKey);
      print(io, options, { region: id, recipient, fingerprint }, [`${id}  ${recipient}  ${fingerprint}`]);
    });
}

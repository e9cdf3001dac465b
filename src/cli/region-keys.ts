import path from 'node:path';
import type { Config } from '../platform/config/config.ts';
import { keptInFile } from '../platform/keys/kept-file.ts';
import { fingerprintOf, makeKey, type Signer, signerOf } from '../platform/keys/region-key.ts';
import { directoryStore } from '../core/directory/index.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandFault } from '../platform/command-fault.ts';
import type { Command } from 'commander';
import { print, withContext } from './context.ts';
import type { CommandIo } from './io.ts';

/** @returns the private key by which this region signs, as PEM; made when it is first asked for */
export const signingKeyOf = (config: Config): string =>
  keptInFile(path.join(config.dataDirectory, 'directory-key'), makeKey);

/** @returns what opens the bundles that are encrypted to this region, made when it is first asked for */
export async function identityOf(config: Config): Promise<string> {
  const { generateIdentity } = await import('age-encryption');
  const fresh = await generateIdentity();
  return keptInFile(path.join(config.dataDirectory, 'region-identity'), () => fresh).trim();
}

/**
 * The first file of a region makes its key known; from then on only that key, or one that the operator compared, will do.
 * @param what names the file in a fault: `directory`
 * @returns what keeps the key, for when the rest of the file has turned out to be good
 * @throws CommandFault
 */
export async function checkedKey(
  database: Database,
  { region, publicKey }: Signer,
  accepted: string | undefined,
  what: string,
): Promise<(tx: Database) => Promise<void>> {
  const fingerprint = fingerprintOf(publicKey);
  if (accepted !== undefined && accepted !== fingerprint)
    throw new CommandFault(`The ${what} was signed by another key of ${region}: ${fingerprint}`);
  const known = await directoryStore.findKey(database, region);
  if (known === publicKey) return () => Promise.resolve();
  if (known !== null && accepted === undefined) {
    throw new CommandFault(
      `The key of ${region} is not the one known so far: compare it with its operator, then --accept-key ${fingerprint}`,
    );
  }
  return (tx) => directoryStore.storeKey(tx, region, publicKey);
}

/** What another region must know to send a tenant here. */
export function addRegionKeyCommand(region: Command, io: CommandIo): void {
  region
    .command('key')
    .description(
      'print the key to which bundles for this region are encrypted, and the fingerprint of the one that signs',
    )
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      withContext(io, async ({ config }) => {
        const { identityToRecipient } = await import('age-encryption');
        const recipient = await identityToRecipient(await identityOf(config));
        const { region: id, publicKey } = signerOf(config.rules.region, signingKeyOf(config));
        const fingerprint = fingerprintOf(publicKey);
        print(io, options, { region: id, recipient, fingerprint }, [`${id}  ${recipient}  ${fingerprint}`]);
      }),
    );
}

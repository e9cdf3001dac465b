import type { Command } from 'commander';
import { fingerprintOf, signerOf } from '../platform/keys/region-key.ts';
import { print, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { identityOf, signingKeyOf } from './region-keys.ts';

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

import type { Command } from 'commander';
import { fingerprintOf, signerOf } from '../platform/keys/region-key.ts';
import { signDirectory, directoryStore } from '../core/directory/index.ts';
import { getConfigForKeys, print, withExistingDatabase } from './context.ts';
import type { CommandIo } from './io.ts';
import { loadSigningKey } from './region-keys.ts';

export function addExportCommand(route: Command, io: CommandIo): void {
  route
    .command('export')
    .description('print the domains of this region as JSON, signed by this region, for import in another region')
    .option('--json', 'accepted for consistency; the output is always JSON')
    .action(() =>
      withExistingDatabase(io, async ({ config, database }) => {
        const { region } = config.rules;
        const routes = await directoryStore.listShared(database, region);
        const serial = await directoryStore.nextSerial(database, Date.now());
        const unrouted = await directoryStore.listUnrouted(database, region);
        print(io, { json: true }, signDirectory({ routes, serial }, region, loadSigningKey(config)), []);
        io.stderr.write(exportNotes(region, routes.length, unrouted.length).join(''));
      }),
    );
}

/** @param unrouted the number of tenants' domains that are missing from the directory */
function exportNotes(region: string, routed: number, unrouted: number): string[] {
  const empty = `The directory of ${region} is empty: the other regions will redirect no users to it.\n`;
  const missing =
    `Domains of tenants that it lacks: ${unrouted}. To include a domain, run ` +
    `"npx --no-install parvis route add DOMAIN ${region}".\n`;
  return [...(routed === 0 ? [empty] : []), ...(unrouted > 0 ? [missing] : [])];
}

export function addKeyCommand(route: Command, io: CommandIo): void {
  route
    .command('key')
    .description('print the fingerprint of the key that signs the directory of this region')
    .option('--json', 'print one JSON object')
    .action(async (options: { readonly json?: boolean }) => {
      const config = await getConfigForKeys(io);
      const { region, publicKey } = signerOf(config.rules.region, loadSigningKey(config));
      const fingerprint = fingerprintOf(publicKey);
      print(io, options, { region, fingerprint }, [`${region}  ${fingerprint}`]);
    });
}

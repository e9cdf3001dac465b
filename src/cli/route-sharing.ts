import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { fingerprintOf, signerOf } from '../platform/keys/region-key.ts';
import { isSignatureValid, signDirectory, signedDirectory, directoryStore } from '../core/directory/index.ts';
import { print, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { verifySignerKey, loadSigningKey } from './region-keys.ts';
import { routeLine, parseRoutes, rejectLocalDomains } from './route-input.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandError } from '../platform/command-error.ts';

interface ImportOptions {
  acceptKey?: string;
  unsigned?: boolean;
  json?: boolean;
}

interface JsonOption {
  readonly json?: boolean;
}

/**
 * Adds the commands that share the directory between regions. The exporting region signs it, and the importing region
 * verifies it.
 */
export function addSharingCommands(route: Command, io: CommandIo): void {
  addExportCommand(route, io);
  addKeyCommand(route, io);
  addImportCommand(route, io);
}

function addExportCommand(route: Command, io: CommandIo): void {
  route
    .command('export')
    .description('print the directory as JSON, signed by this region, for import in another region')
    .option('--json', 'accepted for consistency; the output is always JSON')
    .action(() =>
      withContext(io, async ({ config, database }) => {
        const signed = signDirectory(
          await directoryStore.listShared(database),
          config.rules.region,
          loadSigningKey(config),
        );
        print(io, { json: true }, signed, []);
      }),
    );
}

function addKeyCommand(route: Command, io: CommandIo): void {
  route
    .command('key')
    .description('print the fingerprint of the key that signs the directory of this region')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) =>
      withContext(io, ({ config }) => {
        const { region, publicKey } = signerOf(config.rules.region, loadSigningKey(config));
        const fingerprint = fingerprintOf(publicKey);
        print(io, options, { region, fingerprint }, [`${region}  ${fingerprint}`]);
        return Promise.resolve();
      }),
    );
}

function addImportCommand(route: Command, io: CommandIo): void {
  route
    .command('import <file>')
    .description('import the routes of an exported directory; - reads standard input')
    .option('--accept-key <fingerprint>', 'trust this key of the signing region instead of the stored one')
    .option('--unsigned', 'accept an unsigned file')
    .option('--json', 'print one JSON object')
    .action((file: string, options: ImportOptions) =>
      withContext(io, async ({ config, database }) => {
        // Standard input is read as a stream, because a synchronous read of a pipe fails with EAGAIN while the writer
        // is still busy.
        const content = parse(file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8'));
        const routes = parseRoutes(content);
        await rejectLocalDomains(database, routes, config.rules.region);
        // The signature is verified last, because that stores the signer's key, and a rejected file must leave nothing
        // behind.
        if (options.unsigned !== true) await verify(database, content, options.acceptKey);
        await directoryStore.upsert(database, routes);
        print(io, options, { routes }, routes.map(routeLine));
      }),
    );
}

async function verify(database: Database, content: unknown, accepted: string | undefined): Promise<void> {
  const { data } = signedDirectory.safeParse(content);
  if (data === undefined) throw new CommandError('The directory is not signed; use --unsigned to import it anyway');
  if (!isSignatureValid(data)) throw new CommandError('The signature of the directory is invalid');
  const keep = await verifySignerKey(database, data.signer, accepted, 'directory');
  await keep(database);
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new CommandError('The file is not JSON');
  }
}

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { fingerprintOf, type Signer, signerOf } from '../platform/keys/region-key.ts';
import {
  isSignatureValid,
  signDirectory,
  signedDirectory,
  type DirectoryRoute,
  directoryStore,
} from '../core/directory/index.ts';
import { confirm, printEffects, type DestructiveOptions, type Effects } from './confirmation.ts';
import { getConfigForKeys, getConfigOfRegion, print, readDatabase, readDatabaseIfAny, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { verifySignerKey, loadSigningKey } from './region-keys.ts';
import { routeLine, parseRoutes, rejectLocalDomains } from './route-input.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandError } from '../platform/command-error.ts';

interface ImportOptions extends DestructiveOptions {
  readonly acceptKey?: string;
  readonly unsigned?: boolean;
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
      readDatabase(io, async ({ config, database }) => {
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
    .action(async (options: JsonOption) => {
      const config = await getConfigForKeys(io);
      const { region, publicKey } = signerOf(config.rules.region, loadSigningKey(config));
      const fingerprint = fingerprintOf(publicKey);
      print(io, options, { region, fingerprint }, [`${region}  ${fingerprint}`]);
    });
}

function addImportCommand(route: Command, io: CommandIo): void {
  route
    .command('import <file>')
    .description('import the routes of an exported directory; - reads standard input')
    .option('--accept-key <fingerprint>', 'trust this key of the signing region instead of the stored one')
    .option('--unsigned', 'accept an unsigned file')
    .option('--json', 'print one JSON object')
    .action((file: string, options: ImportOptions) => importRoutes(io, file, options));
}

async function importRoutes(io: CommandIo, file: string, options: ImportOptions): Promise<void> {
  const config = await getConfigOfRegion(io);
  // Read a pipe as a stream: a synchronous read fails with EAGAIN while the writer is still busy.
  const content = parse(file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8'));
  const routes = parseRoutes(content);
  const signer = options.unsigned === true ? null : verifiedSigner(content);
  const read = await readDatabaseIfAny(io, async ({ database }) => {
    await rejectLocalDomains(database, routes, config.rules.region);
    if (signer !== null) await verifySignerKey(database, signer, options.acceptKey, 'directory');
    return findEffects(database, signer, routes, options);
  });
  // A region can import a directory before its first start: its empty database has no keys and no routes.
  const effects = read === null ? effectsOf(signer, null, { added: routes.length, changed: 0 }, options) : read.result;
  if (options.dryRun === true) return printEffects(io, options, effects);
  // Without a new key, nothing needs confirmation: routes can be imported again.
  await confirm(io, options, effects.counts.newKeys === 0 ? null : effects);
  await withContext(io, async ({ database }) => {
    await rejectLocalDomains(database, routes, config.rules.region);
    // Verify last, because it stores the signer's key: a rejected file must leave nothing behind.
    if (signer !== null) await (await verifySignerKey(database, signer, options.acceptKey, 'directory'))(database);
    await directoryStore.upsert(database, routes);
    print(io, options, { routes }, routes.map(routeLine));
  });
}

async function findEffects(
  database: Database,
  signer: Signer | null,
  routes: readonly DirectoryRoute[],
  options: ImportOptions,
): Promise<Effects> {
  const before = new Map((await directoryStore.list(database)).map(({ domain, region }) => [domain, region]));
  const added = routes.filter(({ domain }) => !before.has(domain)).length;
  const unchanged = routes.filter(({ domain, region }) => before.get(domain) === region).length;
  const known = signer === null ? null : await directoryStore.findKey(database, signer.region);
  return effectsOf(signer, known, { added, changed: routes.length - added - unchanged }, options);
}

/** @param known the stored key of the signer's region; null if there is none */
function effectsOf(
  signer: Signer | null,
  known: string | null,
  { added, changed }: { readonly added: number; readonly changed: number },
  { acceptKey }: ImportOptions,
): Effects {
  // A fingerprint that the operator has passed is a confirmation; `verifySignerKey` compares it.
  const isNew = signer !== null && known === null && acceptKey === undefined;
  const trust = isNew
    ? [
        `The import trusts a new key of ${signer.region} with the fingerprint ${fingerprintOf(signer.publicKey)}, which you should compare with its operator first.`,
      ]
    : [];
  return {
    lines: [...trust, `Routes that it adds: ${added}. Routes that it changes: ${changed}.`],
    counts: { newKeys: isNew ? 1 : 0, added, changed },
  };
}

function verifiedSigner(content: unknown): Signer {
  const { data } = signedDirectory.safeParse(content);
  if (data === undefined) throw new CommandError('The directory is not signed; use --unsigned to import it anyway');
  if (!isSignatureValid(data)) throw new CommandError('The signature of the directory is invalid');
  return data.signer;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new CommandError('The file is not JSON');
  }
}

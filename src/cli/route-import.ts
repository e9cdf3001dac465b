import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import {
  directoryStore,
  findChanges,
  importDirectory,
  isSignatureValid,
  signedDirectory,
  type DirectoryRoute,
} from '../core/directory/index.ts';
import { CommandError } from '../platform/command-error.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import type { Signer } from '../platform/keys/region-key.ts';
import { confirm, printEffects, type Effects } from './confirmation.ts';
import { getConfigOfRegion, print, readDatabaseIfAny, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { verifySignerKey } from './region-keys.ts';
import {
  directoryLines,
  effectsOfSigned,
  effectsOfUnsigned,
  signerToJson,
  type ImportOptions,
  type VerifiedDirectory,
} from './route-import-effects.ts';
import { assertAssignable, assertNotOlder, assertSignerKnown } from './route-import-faults.ts';
import { parseRoutes, rejectLocalDomains, rejectUnknownRegions, routeLine } from './route-input.ts';

export function addImportCommand(route: Command, io: CommandIo): void {
  route
    .command('import <file>')
    .description('import the routes of an exported directory; - reads standard input')
    .option(
      '--accept-key <fingerprint>',
      'trust the key of the signing region with this fingerprint, instead of the stored one if there is one',
    )
    .option('--unsigned', 'accept an unsigned file')
    .option('--json', 'print one JSON object')
    .action((file: string, options: ImportOptions) => importRoutes(io, file, options));
}

async function importRoutes(io: CommandIo, file: string, options: ImportOptions): Promise<void> {
  const config = await getConfigOfRegion(io);
  // Read a pipe as a stream: a synchronous read fails with EAGAIN while the writer is still busy.
  const content = parse(file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8'));
  const routes = parseRoutes(content);
  if (options.unsigned === true) return importUnsigned(io, config, routes, options);
  const { signer, serial } = verifiedDirectory(content);
  await importSigned(io, config, { signer, serial, routes, region: signer.region }, options);
}

async function importSigned(
  io: CommandIo,
  config: Config,
  received: VerifiedDirectory,
  options: ImportOptions,
): Promise<void> {
  const { signer, routes } = received;
  assertSignerKnown(config, received);
  const read = await readDatabaseIfAny(io, async ({ database }) => {
    await assertImportable(database, config, received, options);
    const known = await directoryStore.findKey(database, signer.region);
    return effectsOfSigned(received, known, await findChanges(database, received), options);
  });
  // A region can import a directory before its first start: its empty database has no keys and no routes.
  const all = { added: routes.map(({ domain }) => domain), removed: [], below: [] };
  const { effects, isConfirmed } = read?.result ?? effectsOfSigned(received, null, all, options);
  if (options.dryRun === true) return printEffects(io, options, effects);
  await confirm(io, options, isConfirmed ? null : effects);
  await withContext(io, async ({ database }) => {
    // Store the key and the serial number in the same transaction, so that a rejected file leaves nothing behind.
    const changes = await database.transaction(async (tx) => {
      const storeKey = await assertImportable(tx, config, received, options);
      await storeKey(tx);
      return importDirectory(tx, received);
    });
    const counts = { added: changes.added.length, changed: 0, removed: changes.removed.length };
    const result = { routes, ...signerToJson(received), ...counts };
    print(io, options, result, [...directoryLines(received, counts), ...routes.map(routeLine)]);
  });
}

async function assertImportable(
  database: Database,
  config: Config,
  received: VerifiedDirectory,
  { acceptKey }: ImportOptions,
): Promise<(tx: Database) => Promise<void>> {
  await rejectLocalDomains(database, received.routes, config.rules.region);
  const storeKey = await verifySignerKey(database, received.signer, 'directory', {
    accepted: acceptKey,
    // The operator has already confirmed the effects, which include the fingerprint of a first key.
    confirm: () => Promise.resolve(true),
  });
  await assertNotOlder(database, received);
  await assertAssignable(database, received);
  return storeKey;
}

async function importUnsigned(
  io: CommandIo,
  config: Config,
  routes: readonly DirectoryRoute[],
  options: ImportOptions,
): Promise<void> {
  rejectUnknownRegions(config, routes);
  const read = await readDatabaseIfAny(io, async ({ database }): Promise<Effects> => {
    await rejectLocalDomains(database, routes, config.rules.region);
    return effectsOfUnsigned(routes, await directoryStore.list(database));
  });
  if (options.dryRun === true) return printEffects(io, options, read?.result ?? effectsOfUnsigned(routes, []));
  // This needs no confirmation, because routes can be imported again.
  await withContext(io, async ({ database }) => {
    await rejectLocalDomains(database, routes, config.rules.region);
    await directoryStore.upsert(database, routes);
    print(io, options, { routes }, routes.map(routeLine));
  });
}

function verifiedDirectory(content: unknown): { readonly signer: Signer; readonly serial: number } {
  const { data } = signedDirectory.safeParse(content);
  if (data === undefined) throw new CommandError('The directory is not signed; use --unsigned to import it anyway');
  if (!isSignatureValid(data)) throw new CommandError('The signature of the directory is invalid');
  return data;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new CommandError('The file is not JSON');
  }
}

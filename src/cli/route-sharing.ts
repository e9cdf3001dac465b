import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { keptInFile } from '../config/kept-file.ts';
import {
  fingerprintOf,
  isSigned,
  makeKey,
  signDirectory,
  signedDirectory,
} from '../features/directory/signed-directory.ts';
import type { Stores } from '../stores.ts';
import { CommandFault, print, withContext } from './context.ts';
import { asLine, checkedRoutes, refuseResidents } from './routes-given.ts';

interface ImportOptions {
  acceptKey?: string;
  unsigned?: boolean;
  json?: boolean;
}

const keyOf = (config: Config): string => keptInFile(path.join(config.dataDirectory, 'directory-key'), makeKey);

/** What regions share: the directory, signed by the one that gives it and verified by the one that takes it. */
export function addSharingCommands(route: Command): void {
  route
    .command('export')
    .description('print the directory as JSON, signed by this region, to be imported in another')
    .option('--json', 'print one JSON object, as without it')
    .action(() =>
      withContext(async ({ config, stores }) => {
        const signed = signDirectory(await stores.directory.list(), config.rules.region, keyOf(config));
        print({ json: true }, signed, []);
      }),
    );
  route
    .command('key')
    .description('print the fingerprint of the key by which this region signs its directory')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      withContext(({ config }) => {
        const { signer } = signDirectory([], config.rules.region, keyOf(config));
        const fingerprint = fingerprintOf(signer.publicKey);
        print(options, { region: signer.region, fingerprint }, [`${signer.region}  ${fingerprint}`]);
        return Promise.resolve();
      }),
    );
  route
    .command('import <file>')
    .description('add the routes of an exported directory; - reads standard input')
    .option('--accept-key <fingerprint>', 'accept this key of the region that signed, instead of the one known so far')
    .option('--unsigned', 'take a file that nobody signed')
    .option('--json', 'print one JSON object')
    .action((file: string, options: ImportOptions) =>
      withContext(async ({ config, stores }) => {
        // A pipe is read as a stream: read at one go, it is refused while it is still being filled.
        const content = parse(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8'));
        const routes = checkedRoutes(content);
        await refuseResidents(stores, routes, config.rules.region);
        // Last, for it makes a key known: a list that is refused leaves nothing behind.
        if (options.unsigned !== true) await verify(stores, content, options.acceptKey);
        await stores.directory.put(routes);
        print(options, { routes }, routes.map(asLine));
      }),
    );
}

// The first directory of a region makes its key known; from then on only that key, or one that the operator compared, will do.
async function verify(stores: Stores, content: unknown, accepted: string | undefined): Promise<void> {
  const { data } = signedDirectory.safeParse(content);
  if (data === undefined) throw new CommandFault('The directory is not signed; --unsigned takes it all the same');
  if (!isSigned(data)) throw new CommandFault('The directory is not as it was signed');
  const { region, publicKey } = data.signer;
  const fingerprint = fingerprintOf(publicKey);
  if (accepted !== undefined && accepted !== fingerprint)
    throw new CommandFault(`The directory was signed by another key of ${region}: ${fingerprint}`);
  const known = await stores.directory.keyOf(region);
  if (known === publicKey) return;
  if (known !== null && accepted === undefined) {
    throw new CommandFault(
      `The key of ${region} is not the one known so far: compare it with its operator, then --accept-key ${fingerprint}`,
    );
  }
  await stores.directory.keepKey(region, publicKey);
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new CommandFault('The file is not JSON');
  }
}

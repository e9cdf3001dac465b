import { directoryStore, findTakenDomains } from '../core/directory/index.ts';
import { CommandError } from '../platform/command-error.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { isKnownRegion, unknownRegionFault } from './route-input.ts';
import type { VerifiedDirectory } from './route-import-effects.ts';

/**
 * Rejects a directory from an unknown region or from this one, and domains that belong to a third region.
 * @throws CommandError
 */
export function assertSignerKnown(config: Config, { region, routes }: VerifiedDirectory): void {
  if (region === config.rules.region) throw new CommandError('The directory was exported by this region itself');
  if (!isKnownRegion(config, region)) throw new CommandError(unknownRegionFault('The directory', region));
  const faults = routes
    .filter((route) => route.region !== region)
    .map((route) => `${route.domain}: a directory of ${region} cannot assign a domain to ${route.region}`);
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
}

/**
 * Rejects a directory that is older than the last one imported. Serial numbers restart with a new key.
 * @throws CommandError
 */
export async function assertNotOlder(database: Database, { signer, region, serial }: VerifiedDirectory): Promise<void> {
  if ((await directoryStore.findKey(database, region)) !== signer.publicKey) return;
  const last = await directoryStore.findSerial(database, region);
  if (serial < last)
    throw new CommandError(
      `The directory of ${region} is older than the one that was imported last: its serial number is ${serial}, that of ` +
        `the other is ${last}`,
    );
}

/** Rejects domains that are routed to another region. @throws CommandError with one line for each domain */
export async function assertAssignable(database: Database, received: VerifiedDirectory): Promise<void> {
  const faults = (await findTakenDomains(database, received)).map(
    ({ domain, region }) =>
      `${domain} belongs to ${region}. If it has moved to ${received.region}, import the directory of ${region} first, or run ` +
      `"npx --no-install parvis route remove ${domain}"`,
  );
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
}

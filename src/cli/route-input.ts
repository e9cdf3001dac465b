import { z } from 'zod';
import { regionId } from '../domain/regions.ts';
import { domainAndParents, isDomain } from '../domain/people/user.ts';
import { type DirectoryRoute, directoryStore } from '../core/directory/index.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandError } from '../platform/command-error.ts';
import type { Config } from '../platform/config/config.ts';
import { builtInRulesFile } from '../platform/config/rules.ts';

const domain = z.string().trim().toLowerCase().refine(isDomain, 'is not a domain name such as company.example');
const region = z.string().regex(regionId, 'is not a region ID');
const routesFile = z.object({ routes: z.array(z.object({ domain, region })) });

/**
 * Validates the routes given in a file or on the command line.
 * @throws CommandError with one line per invalid field
 */
export function parseRoutes(content: unknown): DirectoryRoute[] {
  const { data, error } = routesFile.safeParse(content);
  if (data === undefined) {
    throw new CommandError(
      error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'),
    );
  }
  return data.routes;
}

/**
 * Rejects routes that would send users of this region's own tenants to another region.
 * @throws CommandError if there is such a route
 */
export async function rejectLocalDomains(
  database: Database,
  routes: readonly DirectoryRoute[],
  region: string,
): Promise<void> {
  const elsewhere = new Set(routes.filter((route) => route.region !== region).map((route) => route.domain));
  const faults = (await directoryStore.listTenantDomains(database)).flatMap((resident) =>
    domainAndParents(resident)
      .filter((each) => elsewhere.has(each))
      .map(
        (each) =>
          `${each} ${each === resident ? '' : `is a parent domain of ${resident}, which `}belongs to a tenant of this region`,
      ),
  );
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
}

/** @returns whether users can be sent to a region: it is built in, or REGION_URLS contains its URL */
export const isKnownRegion = ({ regionUrls }: Pick<Config, 'regionUrls'>, id: string): boolean =>
  regionUrls.has(id) || builtInRulesFile(id) !== null;

/** @param subject the entry that contains the region, such as a domain */
export const unknownRegionFault = (subject: string, id: string): string =>
  `${subject}: the region ${id} is unknown, because it is not built in and REGION_URLS has no address of it`;

/** Rejects routes to unknown regions. @throws CommandError with one line for each of them */
export function rejectUnknownRegions(config: Pick<Config, 'regionUrls'>, routes: readonly DirectoryRoute[]): void {
  const faults = routes
    .filter((route) => !isKnownRegion(config, route.region))
    .map((route) => unknownRegionFault(route.domain, route.region));
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
}

export const routeLine = ({ domain: name, region: id }: DirectoryRoute): string => `${name}  ${id}`;

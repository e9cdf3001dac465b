import { z } from 'zod';
import { regionId } from '../domain/regions.ts';
import { domainAndParents, isDomain } from '../domain/people/user.ts';
import { type DirectoryRoute, directoryStore } from '../core/directory/index.ts';
import type { Database } from '../platform/database/database.ts';
import { CommandFault } from '../platform/command-fault.ts';

const domain = z.string().trim().toLowerCase().refine(isDomain, 'is not a domain such as company.example');
const region = z.string().regex(regionId, 'is not the name of a region');
const routesFile = z.object({ routes: z.array(z.object({ domain, region })) });

/** @returns the routes of a file, or of a command line. @throws CommandFault with a line for each that is none */
export function checkedRoutes(content: unknown): DirectoryRoute[] {
  const { data, error } = routesFile.safeParse(content);
  if (data === undefined) {
    throw new CommandFault(
      error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'),
    );
  }
  return data.routes;
}

/** @throws CommandFault where a tenant of this region would find its people sent away at the door */
export async function refuseResidents(
  database: Database,
  routes: readonly DirectoryRoute[],
  region: string,
): Promise<void> {
  const away = new Set(routes.filter((route) => route.region !== region).map((route) => route.domain));
  const faults = (await directoryStore.listTenantDomains(database)).flatMap((resident) =>
    domainAndParents(resident)
      .filter((each) => away.has(each))
      .map(
        (each) =>
          `${each} ${each === resident ? '' : `is above ${resident}, which `}belongs to a tenant of this region`,
      ),
  );
  if (faults.length > 0) throw new CommandFault(faults.join('\n'));
}

export const asLine = ({ domain: name, region: id }: DirectoryRoute): string => `${name}  ${id}`;

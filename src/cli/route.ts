import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { z } from 'zod';
import { isDomain } from '../domain/user.ts';
import type { DirectoryRoute } from '../features/directory/directory.store.ts';
import type { Stores } from '../stores.ts';
import { CommandFault, print, withContext } from './context.ts';

const domain = z.string().trim().toLowerCase().refine(isDomain, 'is not a domain such as company.example');
const region = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'is not the name of a region');
const routesFile = z.object({ routes: z.array(z.object({ domain, region })) });

/** The directory: which company domain belongs to which region. */
export function addRouteCommands(program: Command): void {
  const route = program.command('route').description('the directory: company domains and their regions, no people');
  route
    .command('add <domain> <region>')
    .description('send the people of a domain to a region')
    .option('--json', 'print one JSON object')
    .action((domainName: string, regionName: string, options: { json?: boolean }) =>
      withContext(async ({ config, stores }) => {
        const routes = checked({ routes: [{ domain: domainName, region: regionName }] });
        await refuseResidents(stores, routes, config.rules.region);
        await stores.directory.put(routes);
        print(options, { routes }, routes.map(asLine));
      }),
    );
  for (const name of ['list', 'export'] as const) {
    route
      .command(name)
      .description(
        name === 'list' ? 'list the directory' : 'print the directory as JSON, to be imported in another region',
      )
      .option('--json', 'print one JSON object')
      .action((options: { json?: boolean }) =>
        withContext(async ({ stores }) => {
          const routes = await stores.directory.list();
          print({ json: options.json === true || name === 'export' }, { routes }, routes.map(asLine));
        }),
      );
  }
  route
    .command('remove <domain>')
    .description('forget the region of a domain')
    .option('--json', 'print one JSON object')
    .action((domainName: string, options: { json?: boolean }) =>
      withContext(async ({ stores }) => {
        if (!(await stores.directory.remove(domainName.trim().toLowerCase()))) {
          throw new CommandFault(`The directory has no ${domainName}`);
        }
        print(options, { routes: await stores.directory.list() }, []);
      }),
    );
  route
    .command('import <file>')
    .description('add the routes of an exported directory; - reads standard input')
    .option('--json', 'print one JSON object')
    .action((file: string, options: { json?: boolean }) =>
      withContext(async ({ config, stores }) => {
        // A pipe is read as a stream: read at one go, it is refused while it is still being filled.
        const routes = checked(parse(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')));
        await refuseResidents(stores, routes, config.rules.region);
        await stores.directory.put(routes);
        print(options, { routes }, routes.map(asLine));
      }),
    );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFault('The file is not JSON');
  }
}

function checked(content: unknown): DirectoryRoute[] {
  const { data, error } = routesFile.safeParse(content);
  if (data === undefined) {
    throw new CommandFault(
      error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'),
    );
  }
  return data.routes;
}

// A tenant of this region would find its people sent away at the door.
async function refuseResidents(stores: Stores, routes: readonly DirectoryRoute[], region: string): Promise<void> {
  const away = routes.filter((route) => route.region !== region).map((route) => route.domain);
  const resident = await stores.tenants.findTakenDomain(away);
  if (resident !== null) throw new CommandFault(`${resident} belongs to a tenant of this region`);
}

const asLine = ({ domain: name, region: id }: DirectoryRoute): string => `${name}  ${id}`;

import type { Command } from 'commander';
import { print, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { asLine, checkedRoutes, refuseResidents } from './routes-given.ts';
import { addSharingCommands } from './route-sharing.ts';
import { directoryStore } from '../core/directory/index.ts';
import { CommandFault } from '../platform/command-fault.ts';

/** The directory: which company domain belongs to which region. */
export function addRouteCommands(program: Command, io: CommandIo): void {
  const route = program.command('route').description('the directory: company domains and their regions, no people');
  route
    .command('add <domain> <region>')
    .description('send the people of a domain to a region')
    .option('--json', 'print one JSON object')
    .action((domainName: string, regionName: string, options: { json?: boolean }) =>
      withContext(io, async ({ config, database }) => {
        const routes = checkedRoutes({ routes: [{ domain: domainName, region: regionName }] });
        await refuseResidents(database, routes, config.rules.region);
        await directoryStore.upsert(database, routes);
        print(io, options, { routes }, routes.map(asLine));
      }),
    );
  route
    .command('list')
    .description('list the directory')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      withContext(io, async ({ database }) => {
        const routes = await directoryStore.list(database);
        print(io, options, { routes }, routes.map(asLine));
      }),
    );
  route
    .command('remove <domain>')
    .description('forget the region of a domain')
    .option('--json', 'print one JSON object')
    .action((domainName: string, options: { json?: boolean }) =>
      withContext(io, async ({ database }) => {
        if (!(await directoryStore.remove(database, domainName.trim().toLowerCase()))) {
          throw new CommandFault(`The directory has no ${domainName}`);
        }
        print(io, options, { routes: await directoryStore.list(database) }, []);
      }),
    );
  addSharingCommands(route, io);
}

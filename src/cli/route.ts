import type { Command } from 'commander';
import { print, readDatabase, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { routeLine, parseRoutes, rejectLocalDomains } from './route-input.ts';
import { addSharingCommands } from './route-sharing.ts';
import { directoryStore } from '../core/directory/index.ts';
import { CommandError } from '../platform/command-error.ts';

/** Adds the commands for the directory, which maps email domains to regions. */
export function addRouteCommands(program: Command, io: CommandIo): void {
  const route = program.command('route').description('manage the directory, which maps email domains to regions');
  route
    .command('add <domain> <region>')
    .description('map an email domain to a region')
    .option('--json', 'print one JSON object')
    .action((domainName: string, regionName: string, options: { json?: boolean }) =>
      withContext(io, async ({ config, database }) => {
        const routes = parseRoutes({ routes: [{ domain: domainName, region: regionName }] });
        await rejectLocalDomains(database, routes, config.rules.region);
        await directoryStore.upsert(database, routes);
        print(io, options, { routes }, routes.map(routeLine));
      }),
    );
  route
    .command('list')
    .description('list the directory')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      readDatabase(io, async ({ database }) => {
        const routes = await directoryStore.list(database);
        print(io, options, { routes }, routes.map(routeLine));
      }),
    );
  route
    .command('remove <domain>')
    .description('remove an email domain from the directory')
    .option('--json', 'print one JSON object')
    .action((domainName: string, options: { json?: boolean }) =>
      withContext(io, async ({ database }) => {
        if (!(await directoryStore.remove(database, domainName.trim().toLowerCase()))) {
          throw new CommandError(`Domain not found in the directory: ${domainName}`);
        }
        print(io, options, { routes: await directoryStore.list(database) }, []);
      }),
    );
  addSharingCommands(route, io);
}

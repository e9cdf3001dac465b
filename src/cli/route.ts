import type { Command } from 'commander';
import { print, readDatabase, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { addExportCommand, addKeyCommand } from './route-export.ts';
import { addImportCommand } from './route-import.ts';
import { routeLine, parseRoutes, rejectLocalDomains, rejectUnknownRegions } from './route-input.ts';
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
        rejectUnknownRegions(config, routes);
        await rejectLocalDomains(database, routes, config.rules.region);
        await directoryStore.upsert(database, routes);
        print(io, options, { routes }, routes.map(routeLine));
      }),
    );
  addListCommand(route, io);
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
  addExportCommand(route, io);
  addKeyCommand(route, io);
  addImportCommand(route, io);
}

function addListCommand(route: Command, io: CommandIo): void {
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
}

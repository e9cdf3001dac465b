import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { rulesFolder } from '../platform/config/rules.ts';
import { print } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Report } from '../../tools/prove/report.ts';
import { addRegionKeyCommand } from './region-keys.ts';
import type { Chapter } from '../../tools/prove/chapter.ts';
import { CommandFault } from '../platform/command-fault.ts';

interface ProveOptions {
  report?: string;
  rules: string[];
  database: 'sqlite' | 'postgres';
  json?: boolean;
}

const usualRules = ['worldwide', 'germany'].map((region) => path.join(rulesFolder, `${region}.json`));

/**
 * Adds the commands of a region. `region prove` starts processes, which are given the environment of this one.
 * @param flow another flow of the proof than the whole one, for a test
 */
export function addRegionCommands(program: Command, flow?: readonly Chapter[], io: CommandIo = process): void {
  const region = program.command('region').description('this region, and regions as a whole');
  addRegionKeyCommand(region, io);
  region
    .command('prove')
    .description(
      'start two regions, walk through everything, and look for each in all of the other; exit 1 where it is found',
    )
    .option('--report <file>', 'write the report as a page')
    .option('--rules <files...>', 'the rules files of the two regions', usualRules)
    .addOption(
      new Option(
        '--database <kind>',
        'postgres takes two empty databases from PROVE_DATABASE_URLS and two empty Redis from PROVE_REDIS_URLS, with a comma between',
      )
        .choices(['sqlite', 'postgres'])
        .default('sqlite'),
    )
    .option('--json', 'print one JSON object')
    .action((options: ProveOptions) => proveRegions(io, options, flow));
}

async function proveRegions(io: CommandIo, options: ProveOptions, flow?: readonly Chapter[]): Promise<void> {
  const { prove } = await import('../../tools/prove/prove.ts');
  const onProgress = (words: string): void => void io.stderr.write(`${words}\n`);
  const report = await prove({
    rulesFiles: options.rules,
    databaseUrls: urlsIn(io, 'PROVE_DATABASE_URLS', options.database === 'postgres'),
    redisUrls: urlsIn(io, 'PROVE_REDIS_URLS', false),
    ...(options.json ? {} : { onProgress }),
    ...(flow && { flow }),
  });
  if (options.report !== undefined) {
    const { reportPage } = await import('../../tools/prove/report-page.ts');
    writeFileSync(options.report, await reportPage(report));
  }
  print(io, options, report, linesOf(report));
  io.exitCode = report.held ? 0 : 1;
}

// By the environment: what stands on a command line is shown to everybody on the machine.
function urlsIn(io: CommandIo, name: string, required: boolean): string[] | null {
  const urls = (io.env[name] ?? '').split(',').filter(Boolean);
  if (urls.length === 2 || (urls.length === 0 && !required)) return urls.length === 0 ? null : urls;
  throw new CommandFault(`${name} wants two addresses with a comma between`);
}

function linesOf({ held, reasons, regions, planted, looked, seconds }: Report): string[] {
  const names = regions.map(({ region }) => region).join(' and ');
  const canaries = planted.reduce((all, { count }) => all + count, 0);
  const bytes = looked.reduce((all, each) => all + each.bytes, 0);
  const figures = `${canaries} canaries, ${Math.round(bytes / 1024)} KiB searched, ${Math.round(seconds)} s.`;
  return held
    ? [`Held: ${names} share nothing but company domains. ${figures}`]
    : [...reasons, `Did not hold: ${names}. ${figures}`];
}

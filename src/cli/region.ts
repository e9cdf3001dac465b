import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { rulesFolder } from '../platform/config/rules.ts';
import { print } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Report } from '../../tools/prove/report.ts';
import { addRegionKeyCommand } from './region-keys.ts';
import type { Stage } from '../../tools/prove/stage.ts';
import { CommandError } from '../platform/command-error.ts';

interface ProveOptions {
  report?: string;
  rules: string[];
  database: 'sqlite' | 'postgres';
  json?: boolean;
}

const defaultRulesFiles = ['worldwide', 'germany'].map((region) => path.join(rulesFolder, `${region}.json`));

/**
 * Adds the `region` commands. The processes that `region prove` starts inherit the environment of this process.
 * @param flow a shorter flow than that of the complete proof, for tests
 */
export function addRegionCommands(program: Command, flow?: readonly Stage[], io: CommandIo = process): void {
  const region = program
    .command('region')
    .description('show the keys of this region; prove that two regions are isolated');
  addRegionKeyCommand(region, io);
  region
    .command('prove')
    .description(
      'start two regions, run every workflow, and search each region for data of the other; exit 1 if any is found',
    )
    .option('--report <file>', 'write the report as an HTML page')
    .option('--rules <files...>', 'rules files of the two regions', defaultRulesFiles)
    .addOption(
      new Option(
        '--database <kind>',
        'postgres requires two empty databases in PROVE_DATABASE_URLS, separated by a comma; PROVE_REDIS_URLS can name two empty Redis databases',
      )
        .choices(['sqlite', 'postgres'])
        .default('sqlite'),
    )
    .option('--json', 'print one JSON object')
    .action((options: ProveOptions) => proveRegions(io, options, flow));
}

async function proveRegions(io: CommandIo, options: ProveOptions, flow?: readonly Stage[]): Promise<void> {
  const { prove } = await import('../../tools/prove/prove.ts');
  const onProgress = (message: string): void => void io.stderr.write(`${message}\n`);
  const report = await prove({
    rulesFiles: options.rules,
    databaseUrls: readUrls(io, 'PROVE_DATABASE_URLS', options.database === 'postgres'),
    redisUrls: readUrls(io, 'PROVE_REDIS_URLS', false),
    ...(options.json ? {} : { onProgress }),
    ...(flow && { flow }),
  });
  if (options.report !== undefined) {
    const { reportPage } = await import('../../tools/prove/report-page.ts');
    writeFileSync(options.report, await reportPage(report));
  }
  print(io, options, report, reportLines(report));
  io.exitCode = report.held ? 0 : 1;
}

// The URLs are read from environment variables, because every user of the machine can see command-line arguments.
function readUrls(io: CommandIo, name: string, required: boolean): string[] | null {
  const urls = (io.env[name] ?? '').split(',').filter(Boolean);
  if (urls.length === 2 || (urls.length === 0 && !required)) return urls.length === 0 ? null : urls;
  throw new CommandError(`${name} must contain two URLs separated by a comma`);
}

function reportLines({ held, reasons, regions, planted, looked, seconds }: Report): string[] {
  const names = regions.map(({ region }) => region).join(' and ');
  const canaries = planted.reduce((all, { count }) => all + count, 0);
  const bytes = looked.reduce((all, each) => all + each.bytes, 0);
  const figures = `${canaries} canaries, ${Math.round(bytes / 1024)} KiB searched, ${Math.round(seconds)} s.`;
  return held
    ? [`Passed: ${names} share nothing but email domains. ${figures}`]
    : [...reasons, `Failed: ${names}. ${figures}`];
}

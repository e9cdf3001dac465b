import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Command } from 'commander';
import { addRegionCommands } from '../../src/cli/region.ts';
import { dataDirectory, run, start } from '../cli/command.ts';
import { setUpAndSignInSteps } from '../../tools/prove/flow/set-up-and-sign-in.ts';
import { freePortPair } from '../support/ports.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import { everyCommand } from './commands.ts';
import { assertContract } from './contract.ts';
import { moveTenant, type ShapeOptions } from './moving-shapes.ts';
import { shapeOf } from './shapes.ts';

const REGION_URLS = 'worldwide=http://localhost:3000,germany=http://localhost:3001';
const here = { DATA_DIR: dataDirectory(), REGION_URLS };
const there = { DATA_DIR: dataDirectory(), REGION: 'germany', BASE_URL: 'http://localhost:3001', REGION_URLS };
const folder = path.dirname(here.DATA_DIR);
const file = (name: string): string => path.join(folder, name);

const shapes: string[] = [];
const commandsRun = new Set<string>();

/** Records the shape of a command's output. @param variant distinguishes several shapes of one command */
function note(command: string, printed: string, variant = ''): unknown {
  const value: unknown = JSON.parse(printed);
  const label = variant === '' ? command : `${command} (${variant})`;
  commandsRun.add(command);
  shapes.push(...shapeOf(value).map((line) => `${label}| ${line}`));
  return value;
}

async function shape<T = unknown>(
  command: string,
  args: readonly string[] = [],
  options: ShapeOptions = {},
): Promise<T> {
  const { in: environment = here, code = 0, variant } = options;
  const outcome = await run([...command.split(' '), ...args, '--json'], environment);
  assert.equal(outcome.code, code, `${command}: ${outcome.stderr}`);
  return note(command, outcome.stdout, variant) as T;
}

interface Added {
  readonly tenantId: string;
}

const addTenant = (domain: string, ...more: string[]): Promise<Added> => {
  const names = ['--name', 'Kiesel', '--domain', domain, '--language', 'de', '--admin-name', 'Ada'];
  return shape<Added>('tenant add', [...names, '--admin-username', `ada@${domain}`, ...more]);
};

test('the output of every command with --json has the keys and types in json.txt', async () => {
  await shape('migrate');
  await shape('check');
  await shape('status');
  await shape('check', [], { in: { ...here, PORT: 'x' }, code: 1, variant: 'a fault' });
  const { tenantId } = await addTenant('kiesel.example');
  await tenants(tenantId);
  await users(tenantId);
  await secondFactor();
  await operators();
  await routes();
  await activity(tenantId);
  writeFileSync(file('passwords.txt'), 'nordwind und sonne\n');
  await shape('passwords import', [file('passwords.txt'), '--yes']);
  await shape('purge', [], { code: 1, variant: 'not confirmed' });
  await shape('purge', ['--dry-run'], { variant: 'a dry run' });
  await shape('purge', ['--yes']);
  await moveTenant(shape, { file, there, tenant: tenantId });
  await shape('rules check', ['rules/china.json']);
  await shape('rules check', ['/nowhere.json'], { code: 1, variant: 'a fault' });
  await prove();
  await demo();
  const withJson = [...everyCommand()].filter(([, { options }]) => options.some(({ long }) => long === '--json'));
  const missing = withJson.map(([name]) => name).filter((name) => !commandsRun.has(name));
  assert.deepEqual(missing, [], 'every command with --json is run here');
  // The findings of the proof are not part of its format and may occur on a busy machine.
  const found = /^region prove\| (reasons|findings|visits)\[\]/;
  assertContract(
    'json.txt',
    [...new Set(shapes)].filter((line) => !found.test(line)),
  );
});

async function tenants(id: string): Promise<void> {
  await addTenant('quiet.example', '--unlisted');
  await shape('tenant suspend', [id, '--dry-run'], { variant: 'a dry run' });
  await shape('tenant suspend', [id], { code: 1, variant: 'not confirmed' });
  await shape('tenant suspend', [id, '--yes']);
  for (const command of ['resume', 'unlist', 'publish']) await shape(`tenant ${command}`, [id]);
  await shape('tenant list');
  await shape('tenant suspend', ['nobody'], { code: 1, variant: 'a fault' });
}

async function users(tenant: string): Promise<void> {
  await shape('user add', [
    '--tenant',
    tenant,
    '--username',
    'zoe@kiesel.example',
    '--name',
    'Zoe',
    '--language',
    'fr',
  ]);
  await shape('user reset-password', ['zoe@kiesel.example']);
  await shape('user make-global-admin', ['zoe@kiesel.example', '--reason', 'Ada left', '--yes']);
  await shape('user list', ['--tenant', tenant]);
}

async function secondFactor(): Promise<void> {
  const SECOND_FACTOR_KEYS = 'k'.repeat(32);
  const portal = await openPortal({ environment: { SECOND_FACTOR_KEYS } });
  const { user } = await aSecondFactorUser(portal, await aUser(portal, await aTenant(portal)));
  const environment = { DATA_DIR: portal.config.dataDirectory, SECOND_FACTOR_KEYS };
  await shape('user remove-second-factor', [user.username, '--yes'], { in: environment });
}

async function operators(): Promise<void> {
  const username = 'ada@hosting.example';
  await shape('operator add', ['--name', 'Ada', '--username', username]);
  await shape('operator list');
  for (const step of ['reset-password', 'block', 'unblock']) await shape(`operator ${step}`, [username]);
  await shape('operator delete', [username, '--yes']);
}

async function routes(): Promise<void> {
  await shape('route add', ['alpha.example', 'worldwide']);
  await shape('route list');
  const { fingerprint } = await shape<{ fingerprint: string }>('route key');
  writeFileSync(file('routes.json'), JSON.stringify(await shape('route export')));
  await shape('route import', [file('routes.json'), '--accept-key', fingerprint], { in: there });
  await shape('route remove', ['alpha.example']);
}

async function activity(tenant: string): Promise<void> {
  await shape('activity verify');
  const { stdout } = await run(['activity', 'export', '--tenant', tenant], here);
  const [begin = '', ...entries] = stdout.trimEnd().split('\n');
  note('activity export', begin, 'first line');
  note('activity export', `[${entries.slice(0, -1).join(',')}]`, 'entries');
  note('activity export', entries.at(-1) ?? '', 'last line');
  writeFileSync(file('log.jsonl'), stdout);
  await shape('activity verify', ['--file', file('log.jsonl')], { variant: 'a file' });
  writeFileSync(file('log.jsonl'), stdout.replace('tenant.added', 'tenant.resumed'));
  await shape('activity verify', ['--file', file('log.jsonl')], { code: 1, variant: 'a file that was changed' });
}

// One step is enough, because the report has the same format.
const oneStep = [{ steps: setUpAndSignInSteps.slice(0, 1), moment: 'after sign-in' }];

async function prove(): Promise<void> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = { env: {}, stdin, stdout, stderr };
  const program = new Command('parvis');
  addRegionCommands(program, oneStep, io);
  await program.parseAsync(['region', 'prove', '--json'], { from: 'user' });
  stdout.end();
  note('region prove', await text(stdout));
}

async function demo(): Promise<void> {
  const child = start(['demo', '--json'], { DATA_DIR: folder, PORT: String(await freePortPair()) });
  const ended = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout!.setEncoding('utf8') as AsyncIterable<string>) {
    printed += chunk;
    if (printed.includes('\n')) break;
  }
  child.kill('SIGTERM');
  await ended;
  note('demo', printed);
}

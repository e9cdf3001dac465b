import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { assertNone } from '../support/assert-none.ts';
import { freePort } from '../../tools/prove/free-port.ts';
import { freePortPair } from '../support/ports.ts';
import { skipWithout } from '../support/services.ts';
import { Installation, pack, registry, type PackedPackage } from './installed.ts';

const maxFiles = 1_000;
const maxBytes = 1_000_000;

describe('the package installed from its tarball', { skip: skipWithout('registry', await registry()) }, () => {
  const installation = new Installation();
  const dataDirectory = (name: string): string => path.join(installation.scratch, name);
  let packed: PackedPackage;

  before(async () => {
    packed = await pack(installation.scratch);
    await installation.npm('install', '--prefer-offline', packed.tarball);
  });
  after(() => installation.remove());

  test('has at most 1,000 files and 1 MB', () => {
    assert.ok(packed.files.length <= maxFiles, `${packed.files.length} files`);
    assert.ok(packed.size <= maxBytes, `${packed.size} bytes`);
  });

  test('contains no TypeScript, tests, benchmarks or build scripts', () => {
    assertNone(packed.files.filter((file) => /\.ts$|^(src|test|bench|scripts|public|docs|\.)/.test(file)));
  });

  test('contains every file that is read or started by its path', () => {
    const started = globSync([
      'src/app.ts',
      'src/cli/cli.ts',
      '{src,tools}/**/*.{worker,preload}.ts',
      'migrations/*.ts',
    ]);
    const read = globSync([
      'views/**/*.ejs',
      'locales/*/*.json',
      'rules/*.json',
      'passwords/*.bin',
      'tools/**/*.{ejs,css}',
      'build/**/*.*',
    ]);
    const compiled = started.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
    const present = new Set(packed.files);
    assertNone([...compiled, ...read, 'bin/parvis.js', 'LICENSE'].filter((file) => !present.has(file)));
  });

  test('contains source maps that cover the routes, stores and commands', () => {
    const dist = path.join(installation.folder, 'node_modules/parvis/dist');
    const mapped = new Set<string>();
    for (const file of globSync('**/*.js', { cwd: dist })) {
      if (isReExport(readFileSync(path.join(dist, file), 'utf8'))) continue;
      const map = JSON.parse(readFileSync(path.join(dist, `${file}.map`), 'utf8')) as { sources: string[] };
      const folder = path.dirname(path.join('dist', file));
      for (const source of map.sources) mapped.add(path.join(folder, source));
    }
    const expected = globSync(['src/**/*.{routes,store}.ts', 'src/cli/*.ts', 'migrations/*.ts']);
    assertNone(expected.filter((module) => !mapped.has(module)));
    assertNone([...mapped].filter((source) => !existsSync(source)));
  });

  test('installs no development dependencies', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const installed = Object.keys(devDependencies).filter((name) =>
      existsSync(path.join(installation.folder, 'node_modules', name)),
    );
    assertNone(installed);
  });

  test('cannot be published to npm', async () => {
    const nowhere = [
      '--loglevel=error',
      '--registry=http://127.0.0.1:1/',
      '--//127.0.0.1:1/:_authToken=none',
      '--fetch-retries=0',
    ];
    await assert.rejects(installation.npm('publish', packed.tarball, ...nowhere), /EPRIVATE/);
  });

  test('runs commands', async () => {
    const environment = { DATA_DIR: dataDirectory('commands') };
    const rules = path.join(installation.folder, 'node_modules/parvis/rules/germany.json');
    const printed = await installation.npx(['rules', 'check', rules, '--json'], environment);
    assert.equal((JSON.parse(printed) as { ok: boolean }).ok, true);
    await installation.parvis(['migrate'], environment);
    const { ok } = JSON.parse(await installation.parvis(['check', '--json'], environment)) as { ok: boolean };
    assert.equal(ok, true);
  });

  test('records migrations under the same names as the checkout', async () => {
    const environment = { DATA_DIR: dataDirectory('upgrade') };
    const bin = path.join(import.meta.dirname, '../../bin/parvis.js');
    await promisify(execFile)(process.execPath, [bin, 'migrate'], { env: { ...process.env, ...environment } });
    const { ok } = JSON.parse(await installation.parvis(['check', '--json'], environment)) as { ok: boolean };
    assert.equal(ok, true);
  });

  test('serves pages in French and prints the set-up link', async () => {
    const port = await freePort();
    const environment = { DATA_DIR: dataDirectory('served'), PORT: String(port) };
    const served = await installation.start(
      ['serve'],
      environment,
      /Set up the first organization \(one-time link\): http/,
    );
    const origin = `http://127.0.0.1:${port}`;
    assert.equal((await fetch(`${origin}/healthz`)).status, 200);
    const page = await fetch(`${origin}/sign-in`, { headers: { 'accept-language': 'fr' } });
    const html = await page.text();
    assert.equal(page.status, 200);
    assert.match(html, /<html lang="fr"/);
    const [, styles = ''] = /href="(\/assets\/parvis\.[^"]+\.css)"/.exec(html) ?? [];
    assert.equal((await fetch(`${origin}${styles}`)).status, 200);
    await served.stop();
  });

  test('starts both regions of the demo', async () => {
    const port = await freePortPair();
    const environment = { DATA_DIR: dataDirectory('demo'), PORT: String(port) };
    const demo = await installation.start(['demo', '--json'], environment, /\{"logins":.+\}/);
    for (const each of [port, port + 1]) {
      const page = await fetch(`http://localhost:${each}/sign-in`, { headers: { 'accept-language': 'de' } });
      assert.equal(page.status, 200);
    }
    await demo.stop();
  });

  test('includes the `region prove` command', async () => {
    const printed = installation.parvis(['region', 'prove', '--rules', 'nowhere.json']);
    await assert.rejects(printed, /nowhere\.json/);
  });
});

/** @returns whether the code only passes on what a chunk exports, so that it has no lines of its own to map */
function isReExport(code: string): boolean {
  return /^((import|export)\s*\{[^}]*\}(\s*from\s*"[^"]+")?;\s*)*$/.test(code);
}

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { assertNone } from '../support/assert-none.ts';
import { freePort } from '../../tools/prove/free-port.ts';
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
    await installation.npm('install', packed.tarball);
  });
  after(() => installation.remove());

  test('has at most 1,000 files and 1 MB', () => {
    assert.ok(packed.files.length <= maxFiles, `${packed.files.length} files`);
    assert.ok(packed.size <= maxBytes, `${packed.size} bytes`);
  });

  test('contains no TypeScript, tests, benchmarks or build scripts', () => {
    assertNone(packed.files.filter((file) => /\.ts$|^(src|test|bench|scripts|public|docs|\.)/.test(file)));
  });

  test('contains every module as JavaScript and every file that is read at run time', () => {
    const modules = globSync('{src,tools,migrations}/**/*.ts').filter((file) => !file.endsWith('.d.ts'));
    const compiled = modules.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
    const read = globSync([
      'views/**/*.ejs',
      'locales/*/*.json',
      'rules/*.json',
      'tools/**/*.{ejs,css}',
      'build/**/*.*',
    ]);
    const expected = [...compiled, ...read, 'bin/parvis.js', 'LICENSE'];
    const present = new Set(packed.files);
    assertNone(expected.filter((file) => !present.has(file)));
    assertNone(packed.files.filter((file) => file.startsWith('dist/') && !expected.includes(file)));
  });

  test('contains a source map to the original file in every module', () => {
    const dist = path.join(installation.folder, 'node_modules/parvis/dist');
    const modules = globSync('**/*.js', { cwd: dist });
    assert.ok(modules.length > 0);
    for (const module of modules) {
      const code = readFileSync(path.join(dist, module), 'utf8');
      const [, map = ''] = /^\/\/# sourceMappingURL=data:application\/json;base64,(.+)$/m.exec(code) ?? [];
      const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
      const source = path.relative(dist, path.resolve(dist, path.dirname(module), ...sources));
      assert.equal(source, path.join('..', module.replace(/\.js$/, '.ts')));
    }
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
    const printed = await installation.parvis(['rules', 'check', rules, '--json'], environment);
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
    const port = await freePort();
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

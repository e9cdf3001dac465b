import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { dataDirectory, fault, json, run } from './command.ts';

const given = (region: string): string => JSON.stringify({ routes: [{ domain: 'a.example', region }] });

interface Routes {
  readonly routes: { readonly domain: string; readonly region: string }[];
}

const environment = { DATA_DIR: dataDirectory() };
const elsewhere = { DATA_DIR: dataDirectory(), REGION: 'germany' };
const list = (of = environment): Promise<Routes> => json<Routes>(['route', 'list'], of);

describe('the route commands', () => {
  test('add and list print every domain once, sorted, with its latest region', async () => {
    assert.deepEqual(await json(['route', 'add', 'Zeta.example', 'germany'], environment), {
      routes: [{ domain: 'zeta.example', region: 'germany' }],
    });
    await json(['route', 'add', 'alpha.example', 'china'], environment);
    await json(['route', 'add', 'alpha.example', 'worldwide'], environment);
    assert.deepEqual(await list(), {
      routes: [
        { domain: 'alpha.example', region: 'worldwide' },
        { domain: 'zeta.example', region: 'germany' },
      ],
    });
    const { stdout } = await run(['route', 'list'], environment);
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/)),
      [
        ['alpha.example', 'worldwide'],
        ['zeta.example', 'germany'],
      ],
    );
  });

  test('check notes regions of the directory that have no URL in REGION_URLS', async () => {
    const note =
      'REGION_URLS has no address of germany, so users of that region cannot be redirected (domains in the directory: 1).';
    assert.deepEqual(await json(['check'], environment), { ok: true, faults: [], notes: [note] });
    const REGION_URLS = 'germany=https://portal.de.example';
    assert.deepEqual(await json(['check'], { ...environment, REGION_URLS }), { ok: true, faults: [] });
  });

  test('export and import copy the domains of a region to another region', async () => {
    const { stdout } = await run(['route', 'export'], environment);
    const file = path.join(dataDirectory(), '../routes.json');
    writeFileSync(file, stdout);
    await json(['route', 'add', 'zeta.example', 'germany'], elsewhere);
    const { routes } = JSON.parse(stdout) as Routes;
    assert.deepEqual(routes, [{ domain: 'alpha.example', region: 'worldwide' }]);
    const { fingerprint } = await json<{ fingerprint: string }>(['route', 'key'], environment);
    const take = ['route', 'import', file, '--accept-key', fingerprint];
    assert.deepEqual((await json<Routes>(take, elsewhere)).routes, routes);
    assert.deepEqual(await list(elsewhere), await list());
    const { stdout: again } = await run(['route', 'export'], elsewhere);
    assert.deepEqual((JSON.parse(again) as Routes).routes, [{ domain: 'zeta.example', region: 'germany' }]);
  });

  test('import reads 5,000 domains from standard input', async () => {
    const routes = Array.from({ length: 5_000 }, (_, n) => ({ domain: `d${n}.example`, region: 'germany' }));
    const given = JSON.stringify({ routes });
    const imported = await json<Routes>(['route', 'import', '-', '--unsigned'], elsewhere, given);
    assert.equal(imported.routes.length, 5_000);
    assert.equal((await list(elsewhere)).routes.length, 5_002);
  });

  test('remove prints the remaining directory', async () => {
    const left = { routes: [{ domain: 'zeta.example', region: 'germany' }] };
    assert.deepEqual(await json(['route', 'remove', 'ALPHA.example'], environment), left);
    assert.deepEqual(await list(), left);
  });

  test('report invalid input in one line and write nothing', async () => {
    const before = await list();
    const file = path.join(dataDirectory(), '../wrong.json');
    writeFileSync(
      file,
      '{"routes":[{"domain":"good.example","region":"germany"},{"domain":"bad","region":"germany"}]}',
    );
    const wrong: [args: string[], words: RegExp, input?: string][] = [
      [['add', 'no domain', 'germany'], /not a domain/],
      [['add', 'localhost', 'germany'], /not a domain/],
      [['add', 'a.example', 'Germany!'], /not a region ID/],
      [['add', 'a.example'], /missing required argument/],
      [['add', 'a.example', 'mars'], /^a\.example: the region mars is unknown/],
      [['import', '-', '--unsigned'], /^a\.example: the region mars is unknown/, given('mars')],
      [['remove', 'nobody.example'], /nobody\.example/],
      [['import', file], /^routes\.1\.domain.*not a domain/],
      [['import', '/nowhere/routes.json'], /no such file/],
      [['import', '-'], /not JSON/, 'secret words'],
      [['import', '-'], /^file: .*expected object/, '[]'],
      [['import', '-'], /^file: .*expected object/, 'null'],
    ];
    for (const [args, words, input = ''] of wrong) {
      const said = await fault(['route', ...args], environment, input);
      assert.match(said, words, args.join(' '));
      assert.doesNotMatch(said, /secret/);
    }
    assert.deepEqual(await list(), before);
  });

  test('add rejects another region for a domain of a tenant of this region', async () => {
    const tenant = ['--name', 'A', '--domain', 'here.example', '--language', 'en', '--admin-name', 'Ada'];
    await json(['tenant', 'add', ...tenant, '--admin-username', 'ada@here.example'], environment);
    assert.match(await fault(['route', 'add', 'here.example', 'germany'], environment), /here\.example/);
    await json(['route', 'add', 'here.example', 'worldwide'], environment);
  });

  test('add rejects another region for a parent domain of a tenant of this region', async () => {
    const tenant = ['--name', 'B', '--domain', 'b.group.example', '--language', 'en', '--admin-name', 'Ben'];
    await json(['tenant', 'add', ...tenant, '--admin-username', 'ben@b.group.example'], environment);
    const words = /group\.example is a parent domain of b\.group\.example, which belongs to a tenant of this region/;
    assert.match(await fault(['route', 'add', 'group.example', 'germany'], environment), words);
    const routes = JSON.stringify({ routes: [{ domain: 'group.example', region: 'germany' }] });
    const before = await list();
    assert.match((await run(['route', 'import', '-', '--unsigned'], environment, routes)).stderr, words);
    assert.deepEqual(await list(), before);
    await json(['route', 'add', 'group.example', 'worldwide'], environment);
    await json(['route', 'add', 'c.b.group.example', 'germany'], environment);
  });
});

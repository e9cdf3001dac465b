import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fingerprintOf, generateSigningKey, signerOf } from '../../src/platform/keys/region-key.ts';
import {
  signDirectory,
  type DirectoryContent,
  type SignedDirectory,
} from '../../src/core/directory/signed-directory.ts';
import { eachDialect } from '../data/databases.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, json, run } from './command.ts';

const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };
const here = { DATA_DIR: dataDirectory() };
const given = (content: unknown): string => JSON.stringify(content);
const exported = async (): Promise<SignedDirectory> =>
  JSON.parse((await run(['route', 'export'], here)).stdout) as SignedDirectory;

interface Imported {
  readonly routes: readonly { readonly domain: string; readonly region: string }[];
  readonly from: string;
  readonly fingerprint: string;
  readonly serial: number;
  readonly added: number;
  readonly removed: number;
}

const [worldwideKey, chinaKey] = [generateSigningKey(), generateSigningKey()];
const routesTo = (region: string, domains: readonly string[]) => domains.map((domain) => ({ domain, region }));
/** @returns a directory signed by the worldwide region, as text */
const ofWorldwide = (serial: number, ...domains: string[]): string =>
  given(signDirectory({ routes: routesTo('worldwide', domains), serial }, 'worldwide', worldwideKey));
const ofChina = (content: DirectoryContent): string => given(signDirectory(content, 'china', chinaKey));

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  const DATABASE_URL = config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url;
  const there = { ...secrets, DATABASE_URL, DATA_DIR: dataDirectory(), REGION: 'germany' };
  const list = (): Promise<Pick<Imported, 'routes'>> => json(['route', 'list'], there);
  const take = (directory: string, ...options: string[]): Promise<Imported> =>
    json<Imported>(['route', 'import', '-', ...options], there, directory);
  const refuse = async (directory: string, message: RegExp, ...options: string[]): Promise<void> => {
    const before = await list();
    const { code, stdout, stderr } = await run(['route', 'import', '-', ...options], there, directory);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, message);
    assert.deepEqual(await list(), before);
  };

  describe(`the import of a signed directory, on ${dialect}`, { skip, concurrency: false }, () => {
    test('accepts an unchanged directory, stores the key of its signer and prints its fingerprint', async () => {
      await json(['migrate'], there);
      await json(['route', 'add', 'alpha.example', 'worldwide'], here);
      const directory = await exported();
      assert.deepEqual(Object.keys(directory), ['routes', 'serial', 'signer', 'signature']);
      const { fingerprint } = await json<{ fingerprint: string }>(['route', 'key'], here);
      const { routes, ...origin } = await take(given(directory), '--accept-key', fingerprint);
      assert.deepEqual(routes, [{ domain: 'alpha.example', region: 'worldwide' }]);
      const counts = { added: 1, changed: 0, removed: 0 };
      assert.deepEqual(origin, { from: 'worldwide', fingerprint, serial: directory.serial, ...counts });
      const { stdout } = await run(['route', 'import', '-'], there, given(directory));
      const [first] = stdout.split('\n');
      assert.equal(first, `Directory of worldwide, serial number ${directory.serial}, key fingerprint ${fingerprint}.`);
    });

    const tampered: [label: string, change: (directory: SignedDirectory) => unknown, words: RegExp][] = [
      ['without a signature', ({ routes }) => ({ routes }), /not signed/],
      ['without a serial number', ({ serial: _, ...rest }) => rest, /not signed/],
      [
        'with a changed region of a domain',
        (all) => ({ ...all, routes: [{ domain: 'alpha.example', region: 'china' }] }),
        /signature .* invalid/,
      ],
      [
        'with an additional domain',
        (all) => ({ ...all, routes: [...all.routes, { domain: 'zeta.example', region: 'china' }] }),
        /signature .* invalid/,
      ],
      ['with a removed domain', (all) => ({ ...all, routes: [] }), /signature .* invalid/],
      ['with a changed serial number', (all) => ({ ...all, serial: all.serial + 1 }), /signature .* invalid/],
      [
        'with another signer',
        (all) => ({ ...all, signer: { ...all.signer, region: 'china' } }),
        /signature .* invalid/,
      ],
      [
        'with a truncated signature',
        (all) => ({ ...all, signature: all.signature.slice(0, 40) }),
        /signature .* invalid/,
      ],
      [
        'with an invalid key',
        (all) => ({ ...all, signer: { ...all.signer, publicKey: 'AAAA' } }),
        /signature .* invalid/,
      ],
      ['signed with another key', (all) => signDirectory(all, 'worldwide', generateSigningKey()), /has changed/],
    ];
    for (const [label, change, words] of tampered) {
      test(`rejects a directory ${label} and writes nothing`, async () =>
        refuse(given(change(await exported())), words));
    }

    test('accepts a new key once its fingerprint is confirmed, and restarts the serial numbers', async () => {
      const { publicKey } = signerOf('worldwide', worldwideKey);
      const fingerprint = fingerprintOf(publicKey);
      const directory = ofWorldwide(5, 'alpha.example');
      await refuse(directory, new RegExp(fingerprint));
      await refuse(directory, /another key/, '--accept-key', 'beef');
      await take(directory, '--accept-key', fingerprint);
      await take(directory);
    });

    const removed =
      /^Directory of worldwide.*Routes that it adds: 0\. Routes that it changes: 0\. Routes that it removes: 2\. Nothing was changed: use --yes/;
    const refused: [label: string, directory: () => string, words: RegExp][] = [
      [
        'with a lower serial number',
        () => ofWorldwide(5, 'alpha.example'),
        /is older than the one that was imported last: its serial number is 5, that of the other is 6/,
      ],
      [
        'that assigns a domain to another region',
        () => ofChina({ routes: routesTo('germany', ['gamma.example']), serial: 1 }),
        /^gamma\.example: a directory of china cannot assign a domain to germany$/m,
      ],
      [
        'with a domain that another region has exported',
        () => ofChina({ routes: routesTo('china', ['alpha.example']), serial: 1 }),
        /^alpha\.example belongs to worldwide\. If it has moved to china, import the directory of worldwide first/,
      ],
      [
        'with a domain that this region routes to itself',
        () => ofChina({ routes: routesTo('china', ['own.example']), serial: 1 }),
        /^own\.example belongs to germany/,
      ],
      [
        'with a domain below one of another region, unless it is confirmed',
        () => ofChina({ routes: routesTo('china', ['sub.alpha.example']), serial: 1 }),
        /sub\.alpha\.example would belong to china, although it is below alpha\.example, which belongs to worldwide\..*use --yes/,
      ],
      [
        'of an unknown region',
        () => given(signDirectory({ routes: routesTo('mars', ['gamma.example']), serial: 1 }, 'mars', chinaKey)),
        /the region mars is unknown, because it is not built in and REGION_URLS has no address of it/,
      ],
      [
        'of this region itself',
        () => given(signDirectory({ routes: routesTo('germany', ['gamma.example']), serial: 1 }, 'germany', chinaKey)),
        /was exported by this region itself/,
      ],
      ['that is empty and removes routes, unless it is confirmed', () => ofWorldwide(9), removed],
    ];
    for (const [label, directory, words] of refused) {
      test(`rejects a directory ${label} and writes nothing`, async () => {
        await json(['route', 'add', 'own.example', 'germany'], there);
        await take(ofWorldwide(6, 'alpha.example', 'beta.example'));
        const accepted = ['--accept-key', fingerprintOf(signerOf('china', chinaKey).publicKey)];
        await refuse(directory(), words, ...(directory().includes('china') ? accepted : []));
      });
    }

    test('replaces the domains of the previous directory of the same region, and leaves all others unchanged', async () => {
      await json(['route', 'add', 'manual.example', 'worldwide'], there);
      const { added, removed: gone } = await take(ofWorldwide(10, 'beta.example', 'gamma.example'));
      assert.deepEqual([added, gone], [1, 1]);
      const { routes } = await list();
      assert.deepEqual(
        routes.map(({ domain }) => domain),
        ['beta.example', 'gamma.example', 'manual.example', 'own.example'],
      );
    });

    test('accepts a domain that another region has released', async () => {
      const accepted = ['--accept-key', fingerprintOf(signerOf('china', chinaKey).publicKey)];
      await take(ofWorldwide(11, 'gamma.example'));
      await take(ofChina({ routes: routesTo('china', ['beta.example']), serial: 1 }), ...accepted);
      const { routes } = await list();
      assert.ok(routes.some(({ domain, region }) => domain === 'beta.example' && region === 'china'));
    });

    test('accepts an empty directory after confirmation, and says that it is empty', async () => {
      const { code, stdout } = await run(['route', 'import', '-', '--yes'], there, ofWorldwide(12));
      assert.deepEqual([code, /^The directory is empty\.$/m.test(stdout)], [0, true]);
      assert.equal(
        (await list()).routes.some(({ domain }) => domain === 'gamma.example'),
        false,
      );
    });
  });
}

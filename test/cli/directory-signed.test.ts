import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { generateSigningKey } from '../../src/platform/keys/region-key.ts';
import { signDirectory, type SignedDirectory } from '../../src/core/directory/signed-directory.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const here = { DATA_DIR: dataDirectory() };
const there = { DATA_DIR: dataDirectory(), REGION: 'germany' };
const exported = async (): Promise<SignedDirectory> =>
  JSON.parse((await run(['route', 'export'], here)).stdout) as SignedDirectory;
const given = (content: unknown): string => JSON.stringify(content);

describe('the import of a signed directory', () => {
  test('accepts an unchanged directory and stores the key of its signer', async () => {
    await json(['route', 'add', 'alpha.example', 'worldwide'], here);
    const directory = await exported();
    assert.deepEqual(Object.keys(directory), ['routes', 'signer', 'signature']);
    const taken = await json<SignedDirectory>(['route', 'import', '-', '--yes'], there, given(directory));
    assert.deepEqual(taken.routes, [{ domain: 'alpha.example', region: 'worldwide' }]);
  });

  const tampered: [label: string, change: (directory: SignedDirectory) => unknown, words: RegExp][] = [
    ['without a signature', ({ routes }) => ({ routes }), /not signed/],
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
    ['with another signer', (all) => ({ ...all, signer: { ...all.signer, region: 'china' } }), /signature .* invalid/],
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
    [
      'signed with another key',
      ({ routes }) => signDirectory(routes, 'worldwide', generateSigningKey()),
      /has changed/,
    ],
  ];
  for (const [label, change, words] of tampered) {
    test(`rejects a directory ${label} and writes nothing`, async () => {
      const before = await json(['route', 'list'], there);
      const said = await fault(['route', 'import', '-'], there, given(change(await exported())));
      assert.match(said, words);
      assert.deepEqual(await json(['route', 'list'], there), before);
    });
  }

  test('accepts a new key after its fingerprint has been confirmed', async () => {
    rmSync(path.join(here.DATA_DIR, 'directory-key'));
    const directory = given(await exported());
    const { fingerprint } = await json<{ fingerprint: string }>(['route', 'key'], here);
    assert.match(await fault(['route', 'import', '-'], there, directory), new RegExp(fingerprint));
    assert.match(await fault(['route', 'import', '-', '--accept-key', 'beef'], there, directory), /another key/);
    await json(['route', 'import', '-', '--accept-key', fingerprint], there, directory);
    await json(['route', 'import', '-'], there, directory);
  });
});

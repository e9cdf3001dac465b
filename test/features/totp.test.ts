import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret } from 'otpauth';
import type { Sealed } from '../../src/domain/people/second-factor.ts';
import { qrOf } from '../../src/site/second-factor/qr.ts';
import { newSeed, stepOf, uriOf } from '../../src/platform/keys/totp.ts';
import { createVault } from '../../src/platform/keys/vault.ts';

describe('codes of an app', () => {
  const seed = Secret.fromLatin1('12345678901234567890').base32;
  // RFC 6238, appendix B, SHA-1: of its eight digits an app with six shows the last.
  const vectors: [seconds: number, code: string][] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, code] of vectors) {
    test(`at ${seconds} s it is ${code}`, () => {
      assert.equal(stepOf(seed, code.slice(2), seconds * 1_000), Math.floor(seconds / 30));
    });
  }

  const skews: [label: string, seconds: number, taken: boolean][] = [
    ['two steps early', -60, false],
    ['one step early', -30, true],
    ['one step late', 30, true],
    ['at the very end of the step after', 30.999, true],
    ['two steps late', 61, false],
    ['a day late', 86_400, false],
  ];
  for (const [label, late, taken] of skews) {
    test(`${label}: ${taken ? 'taken, as the step that it is of' : 'not taken'}`, () => {
      const at = 1_111_111_109;
      assert.equal(stepOf(seed, '081804', (at + late) * 1_000), taken ? Math.floor(at / 30) : null);
    });
  }

  test('seeds have 160 bits and are never the same', () => {
    const seeds = Array.from({ length: 1_000 }, newSeed);
    assert.equal(new Set(seeds).size, 1_000);
    for (const each of seeds) assert.match(each, /^[A-Z2-7]{32}$/);
  });

  test('what the picture holds is what apps read', () => {
    const uri = new URL(uriOf(seed, { issuer: 'Parvis portal.example', label: 'zoë+1@a.example' }));
    assert.equal(uri.protocol, 'otpauth:');
    assert.deepEqual(
      [...uri.searchParams],
      [
        ['issuer', 'Parvis portal.example'],
        ['secret', seed],
        ['algorithm', 'SHA1'],
        ['digits', '6'],
        ['period', '30'],
      ],
    );
    assert.equal(decodeURIComponent(uri.pathname.split(':').at(-1) ?? ''), 'zoë+1@a.example');
  });

  test('the picture has a quiet zone of four, and the three corners that cameras look for', () => {
    const { size, path } = qrOf(uriOf(seed, { issuer: 'Parvis', label: 'x'.repeat(254) }));
    assert.ok(path.startsWith('M4 4h7v1h-7z'));
    assert.ok(path.includes(`M${size - 11} 4h7v1h-7z`) && path.includes(`M4 ${size - 5}h7v1h-7z`));
    const corners = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, x, y, run]) => [
      Number(x),
      Number(x) + Number(run),
      Number(y),
    ]);
    for (const [start = 0, end = 0, row = 0] of corners)
      assert.ok(start >= 4 && end <= size - 4 && row >= 4 && row < size - 4);
  });
});

describe('the vault', () => {
  const [old, recent] = ['o'.repeat(32), 'n'.repeat(32)];
  const vault = createVault([old]);
  const sealed = vault.seal('the seed', 'of one');
  const flipped = (index: number): Sealed => {
    const bytes = Buffer.from(sealed.text, 'base64url');
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return { ...sealed, text: bytes.toString('base64url') };
  };

  test('opens what it sealed, and seals the same never alike', () => {
    assert.equal(vault.open(sealed, 'of one'), 'the seed');
    assert.notEqual(vault.seal('the seed', 'of one').text, sealed.text);
    assert.ok(!JSON.stringify(sealed).includes('seed'));
  });

  const length = Buffer.from(sealed.text, 'base64url').length;
  const table: [label: string, sealed: Sealed, purpose: string][] = [
    ['for another purpose', sealed, 'of another'],
    ['with its nonce changed', flipped(0), 'of one'],
    ['with its tag changed', flipped(12), 'of one'],
    ['with its text changed', flipped(length - 1), 'of one'],
    ['cut short', { ...sealed, text: sealed.text.slice(0, -4) }, 'of one'],
    ['cut to its nonce', { ...sealed, text: sealed.text.slice(0, 16) }, 'of one'],
    ['empty', { ...sealed, text: '' }, 'of one'],
    ['in clear', { ...sealed, text: 'the seed' }, 'of one'],
    ['under a key that nobody knows', { ...sealed, keyId: 'nobodys' }, 'of one'],
  ];
  for (const [label, each, purpose] of table) {
    test(`opens nothing ${label}`, () => assert.equal(vault.open(each, purpose), null));
  }

  test('opens under a key behind the first, and not once it is taken away', () => {
    const both = createVault([recent, old]);
    assert.equal(both.open(sealed, 'of one'), 'the seed');
    assert.notEqual(both.seal('x', 'of one').keyId, sealed.keyId);
    assert.equal(createVault([recent]).open(sealed, 'of one'), null);
    assert.throws(() => createVault([]));
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret } from 'otpauth';
import type { Sealed } from '../../src/domain/people/second-factor.ts';
import { qrCodeOf } from '../../src/site/second-factor/qr-code.ts';
import { generateSeed, matchingTimeStep, otpauthUri } from '../../src/platform/keys/totp.ts';
import { createVault } from '../../src/platform/keys/vault.ts';

describe('authenticator codes', () => {
  const seed = Secret.fromLatin1('12345678901234567890').base32;
  // Test vectors of RFC 6238, appendix B, SHA-1. An app with six digits shows the last six of eight.
  const vectors: [seconds: number, code: string][] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, code] of vectors) {
    test(`are ${code} at ${seconds} s`, () => {
      assert.equal(matchingTimeStep(seed, code.slice(2), seconds * 1_000), Math.floor(seconds / 30));
    });
  }

  const skews: [label: string, seconds: number, taken: boolean][] = [
    ['two steps early', -60, false],
    ['one step early', -30, true],
    ['one step late', 30, true],
    ['at the end of the next step', 30.999, true],
    ['two steps late', 61, false],
    ['a day late', 86_400, false],
  ];
  for (const [label, late, taken] of skews) {
    test(`${taken ? 'are accepted with their own time step' : 'are rejected'} ${label}`, () => {
      const at = 1_111_111_109;
      assert.equal(matchingTimeStep(seed, '081804', (at + late) * 1_000), taken ? Math.floor(at / 30) : null);
    });
  }

  test('have unique seeds of 160 bits', () => {
    const seeds = Array.from({ length: 1_000 }, generateSeed);
    assert.equal(new Set(seeds).size, 1_000);
    for (const each of seeds) assert.match(each, /^[A-Z2-7]{32}$/);
  });

  test('have a setup URI in the format that apps expect', () => {
    const uri = new URL(otpauthUri(seed, { issuer: 'Parvis portal.example', label: 'zoë+1@a.example' }));
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

  test('have a QR code with a quiet zone of four modules and three finder patterns', () => {
    const { size, path } = qrCodeOf(otpauthUri(seed, { issuer: 'Parvis', label: 'x'.repeat(254) }));
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

describe('the encryption of seeds', () => {
  const [old, recent] = ['o'.repeat(32), 'n'.repeat(32)];
  const vault = createVault([old]);
  const sealed = vault.seal('the seed', 'of one');
  const flipped = (index: number): Sealed => {
    const bytes = Buffer.from(sealed.text, 'base64url');
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return { ...sealed, text: bytes.toString('base64url') };
  };

  test('decrypts what it encrypted, and encrypts the same text differently each time', () => {
    assert.equal(vault.open(sealed, 'of one'), 'the seed');
    assert.notEqual(vault.seal('the seed', 'of one').text, sealed.text);
    assert.ok(!JSON.stringify(sealed).includes('seed'));
  });

  const length = Buffer.from(sealed.text, 'base64url').length;
  const table: [label: string, sealed: Sealed, purpose: string][] = [
    ['with another purpose', sealed, 'of another'],
    ['with a modified nonce', flipped(0), 'of one'],
    ['with a modified tag', flipped(12), 'of one'],
    ['with a modified ciphertext', flipped(length - 1), 'of one'],
    ['that is truncated', { ...sealed, text: sealed.text.slice(0, -4) }, 'of one'],
    ['that is truncated to its nonce', { ...sealed, text: sealed.text.slice(0, 16) }, 'of one'],
    ['that is empty', { ...sealed, text: '' }, 'of one'],
    ['that is plain text', { ...sealed, text: 'the seed' }, 'of one'],
    ['under an unknown key', { ...sealed, keyId: 'nobodys' }, 'of one'],
  ];
  for (const [label, each, purpose] of table) {
    test(`does not decrypt a value ${label}`, () => assert.equal(vault.open(each, purpose), null));
  }

  test('decrypts with an older key as long as the key is listed', () => {
    const both = createVault([recent, old]);
    assert.equal(both.open(sealed, 'of one'), 'the seed');
    assert.notEqual(both.seal('x', 'of one').keyId, sealed.keyId);
    assert.equal(createVault([recent]).open(sealed, 'of one'), null);
    assert.throws(() => createVault([]));
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { generateIdentity } from 'age-encryption';
import { bundleFile } from '../support/moving.ts';
import { aBundleInTransit } from '../support/moving-bundle.ts';

const { to, file, assertRefused } = await aBundleInTransit();
const whole = readFileSync(file);

function changed(bytes: Buffer): string {
  const copy = bundleFile(to);
  writeFileSync(copy, bytes);
  return copy;
}

describe('a bundle damaged in transit', () => {
  const flipped = (at: number): Buffer => Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  const header = whole.indexOf('\n---') + 1;
  const payload = whole.indexOf('\n', header) + 1;
  const places: [label: string, at: number, kind?: string][] = [
    ['in the format name', 3],
    ['in the key share', whole.indexOf('X25519') + 10],
    ['in the wrapped key', whole.indexOf('\n', whole.indexOf('X25519')) + 5],
    ['in the header MAC', header + 10],
    ['in the nonce', payload + 2],
    ['in the first line', payload + 40],
    ['in the middle', Math.floor((payload + whole.length) / 2)],
    ['in the signature', whole.length - 60],
    ['in the last byte', whole.length - 1],
  ];
  for (const [label, at] of places) {
    it(`is refused, and nothing is written, if a bit is flipped ${label}`, () =>
      assertRefused(changed(flipped(at)), ['damaged', 'notForThisRegion']));
  }

  for (const [label, bytes, kind] of [
    ['is empty', Buffer.alloc(0), 'damaged'],
    ['has only half of the header', whole.subarray(0, 60), 'damaged'],
    ['lacks the last byte', whole.subarray(0, -1), 'damaged'],
    ['is cut in half', whole.subarray(0, Math.floor(whole.length / 2)), 'damaged'],
    ['has an extra byte', Buffer.concat([whole, Buffer.from('x')]), 'damaged'],
    ['is duplicated', Buffer.concat([whole, whole]), 'damaged'],
    ['is another text file', Buffer.from('{"routes":[]}\n'), 'damaged'],
  ] as const) {
    it(`is refused if it ${label}`, () => assertRefused(changed(bytes), kind));
  }

  it('is refused if the file does not exist', () => assertRefused('/nowhere/bundle.age', 'noFile'));

  it("can be opened only with the recipient's key", async () =>
    assertRefused(file, 'notForThisRegion', await generateIdentity()));
});

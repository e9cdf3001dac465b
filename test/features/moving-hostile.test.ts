import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { generateIdentity } from 'age-encryption';
import { bundleFile } from '../support/moving.ts';
import { aBundleInTransit } from '../support/moving-bundle.ts';

const { to, file, refused } = await aBundleInTransit();
const whole = readFileSync(file);

function changed(bytes: Buffer): string {
  const copy = bundleFile(to);
  writeFileSync(copy, bytes);
  return copy;
}

describe('a bundle that was touched on its way', () => {
  const flipped = (at: number): Buffer => Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  const header = whole.indexOf('\n---') + 1;
  const payload = whole.indexOf('\n', header) + 1;
  const places: [label: string, at: number, kind?: string][] = [
    ['in the name of its form', 3],
    ['in the share of its key', whole.indexOf('X25519') + 10],
    ['in the wrapped key', whole.indexOf('\n', whole.indexOf('X25519')) + 5],
    ['in the code of its header', header + 10],
    ['in the nonce', payload + 2],
    ['in its first line', payload + 40],
    ['in the middle', Math.floor((payload + whole.length) / 2)],
    ['in its signature', whole.length - 60],
    ['in its last byte', whole.length - 1],
  ];
  for (const [label, at] of places) {
    it(`is refused, and nothing is written: ${label}`, () =>
      refused(changed(flipped(at)), ['damaged', 'notForThisRegion']));
  }

  for (const [label, bytes, kind] of [
    ['nothing of it', Buffer.alloc(0), 'damaged'],
    ['half of its header', whole.subarray(0, 60), 'damaged'],
    ['all but its last byte', whole.subarray(0, -1), 'damaged'],
    ['half of it', whole.subarray(0, Math.floor(whole.length / 2)), 'damaged'],
    ['more than it was', Buffer.concat([whole, Buffer.from('x')]), 'damaged'],
    ['twice itself', Buffer.concat([whole, whole]), 'damaged'],
    ['a text', Buffer.from('{"routes":[]}\n'), 'damaged'],
  ] as const) {
    it(`is refused when there is ${label}`, () => refused(changed(bytes), kind));
  }

  it('is refused when there is no file', () => refused('/nowhere/bundle.age', 'noFile'));

  it('opens for nobody but whom it was encrypted to', async () =>
    refused(file, 'notForThisRegion', await generateIdentity()));
});

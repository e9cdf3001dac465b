import { transcode } from 'node:buffer';

// Most pages are some 60 KB while they are turned.
const usualBytes = 256 * 1_024;
const usual = Buffer.alloc(usualBytes);

/**
 * A page's text as bytes. A typographic apostrophe is enough for a text to be kept in two bytes a character, and such a one
 * takes `Buffer.from` some hundred microseconds: once to count its bytes and once to write them. `transcode` takes five, but
 * no half characters, which become U+FFFD first.
 */
export function utf8(text: string): Buffer {
  const size = 2 * text.length;
  // One place for all pages, one after the other: a new one for each would be a good part of the cost.
  const place = size <= usualBytes ? usual : Buffer.alloc(size);
  const written = place.subarray(0, place.write(text.toWellFormed(), 'utf16le'));
  const bytes = transcode(written, 'utf16le', 'utf8');
  // A page may hold a temporary password: it stays nowhere for longer than it must.
  written.fill(0);
  return bytes;
}

import type { Readable } from 'node:stream';

// No entry is nearly as long; a file without an end of line must not fill the memory.
const maxLineLength = 1024 * 1024;

/** The lines of a text in UTF-8, as they come. By hand, since node:readline also ends one at U+2028, which JSON leaves as it is. */
export async function* readLines(input: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > maxLineLength) break;
  }
  if (rest !== '') yield rest;
}

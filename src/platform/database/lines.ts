import type { Readable } from 'node:stream';

// The limit is far above the length of any log entry. It prevents a file without line breaks from exhausting memory.
const maxLineLength = 1024 * 1024;

/**
 * Yields the lines of a UTF-8 stream. Unlike node:readline, it does not split at U+2028, which JSON does not escape.
 */
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

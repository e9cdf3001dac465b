import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Encrypter } from 'age-encryption';
import { readLines } from '../../platform/database/lines.ts';
import { MoveFault } from './move-fault.ts';

// Lines are combined into chunks, because each write passes through four streams, which is slow for single lines.
const chunkBytes = 64 * 1024;

// Loaded on first use, because the package has about sixty modules that only moves need.
const loadAge = () => import('age-encryption');

/**
 * @returns an encrypter for an age recipient, `age1…`.
 * @throws MoveFault if the recipient is not valid
 */
export async function encrypterFor(recipient: string): Promise<Encrypter> {
  const age = await loadAge();
  const encrypter = new age.Encrypter();
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new MoveFault('recipient');
  }
  return encrypter;
}

/** Encrypts lines into a new file that only its owner can read. The clear text is never written to disk. */
export async function writeEncrypted(encrypter: Encrypter, lines: AsyncIterable<string>, file: string): Promise<void> {
  const clear = Readable.toWeb(Readable.from(toChunks(lines), { objectMode: false }));
  const encrypted = await encrypter.encrypt(clear as ReadableStream<Uint8Array>);
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(Readable.fromWeb(encrypted as NodeReadableStream), output);
}

/**
 * Reads the lines of an encrypted file.
 * @throws MoveFault if it is truncated, modified, or encrypted for another recipient
 */
export async function* readEncrypted(file: string, identity: string): AsyncGenerator<string> {
  const age = await loadAge();
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  const input = createReadStream(file);
  try {
    const encrypted = Readable.toWeb(input) as ReadableStream<Uint8Array>;
    const clear = await decrypter.decrypt(encrypted);
    yield* readLines(Readable.fromWeb(clear as NodeReadableStream));
  } catch (error) {
    throw toMoveFault(error);
  } finally {
    input.destroy();
  }
}

function toMoveFault(error: unknown): unknown {
  if (error instanceof MoveFault) return error;
  const { code, message } = error as Error & { code?: string };
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') return new MoveFault('noFile');
  return new MoveFault(message.startsWith('no identity matched') ? 'notForThisRegion' : 'damaged');
}

async function* toChunks(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < chunkBytes) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

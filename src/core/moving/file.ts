import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Encrypter } from 'age-encryption';
import { readLines } from '../../platform/database/lines.ts';
import { MoveFault } from './faults.ts';

// Written out in pieces of some size: each line by itself would go through four streams.
const pieceBytes = 64 * 1024;

// Some sixty modules that nothing but a move needs: the operator's other commands start without them.
const loadAge = () => import('age-encryption');

/** @returns what encrypts to a recipient, `age1…`. @throws MoveFault for what is none */
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

/** Encrypts lines into a new file, readable by its owner alone; nothing of them is ever on the disk in clear. */
export async function writeEncrypted(encrypter: Encrypter, lines: AsyncIterable<string>, file: string): Promise<void> {
  const clear = Readable.toWeb(Readable.from(inPieces(lines), { objectMode: false }));
  const sealed = await encrypter.encrypt(clear as ReadableStream<Uint8Array>);
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(Readable.fromWeb(sealed as NodeReadableStream), output);
}

/** The lines of an encrypted file. @throws MoveFault where it was cut, changed, or encrypted to somebody else */
export async function* readEncrypted(file: string, identity: string): AsyncGenerator<string> {
  const age = await loadAge();
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  const input = createReadStream(file);
  try {
    const sealed = Readable.toWeb(input) as ReadableStream<Uint8Array>;
    const clear = await decrypter.decrypt(sealed);
    yield* readLines(Readable.fromWeb(clear as NodeReadableStream));
  } catch (error) {
    throw worded(error);
  } finally {
    input.destroy();
  }
}

function worded(error: unknown): unknown {
  if (error instanceof MoveFault) return error;
  const { code, message } = error as Error & { code?: string };
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') return new MoveFault('noFile');
  return new MoveFault(message.startsWith('no identity matched') ? 'notForThisRegion' : 'damaged');
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < pieceBytes) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

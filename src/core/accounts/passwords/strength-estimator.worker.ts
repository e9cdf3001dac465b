import { parentPort, workerData } from 'node:worker_threads';
import { guessBits } from '../../../domain/people/strength/guesses.ts';
import { isCommonPassword, readCommonPasswords } from './common-passwords.ts';
import { loadVocabulary } from './vocabulary.ts';

const commonPasswords = readCommonPasswords();
const vocabulary = await loadVocabulary(workerData as readonly string[]);

const bitsOf = (password: string, names: readonly string[]): number =>
  isCommonPassword(commonPasswords, password) ? 0 : guessBits(password, names, vocabulary);

// The first estimates take several times as long as later ones, because their code has not been compiled yet.
const samples = ['aA1!'.repeat(64), 'k'.repeat(256), 'seven quiet otters nap '.repeat(11)];
for (const sample of samples) bitsOf(sample, ['parvis']);

const post = (message: StrengthMessage): void => parentPort?.postMessage(message);
parentPort?.on('message', ({ id, password, names }: { id: number; password: string; names: string[] }) => {
  post({ id, bits: bitsOf(password, names) });
});
post('ready');

/** A message from the worker: `ready` once it responds quickly, then one result per request. */
export type StrengthMessage = 'ready' | { readonly id: number; readonly bits: number };

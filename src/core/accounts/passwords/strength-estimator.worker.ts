import { parentPort, workerData } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';

// Scoring a long text can take seconds of CPU time. If the beginning of a password is strong, the whole password is
// strong.
const scoredLength = 40;

// Well-known phrases that the password dictionaries do not contain. They are scored like the user's own name.
const wellKnownPhrases = [
  'correct horse battery staple',
  'correcthorsebatterystaple',
  'the quick brown fox',
  'thequickbrownfox',
  'thequickbrownfoxjumpsoverthelazydog',
  'loremipsumdolor',
  'loremipsumdolorsitamet',
  'abcdefghijklmnopqrstuvwxyz',
  'partnerportal',
  'partner portal',
  'espacepartenaires',
  'espace partenaires',
];

type Dictionary = typeof common;

/** @returns the dictionary for a language; empty if its package is not installed */
async function dictionaryOf(language: string): Promise<Dictionary> {
  try {
    const loaded = (await import(`@zxcvbn-ts/language-${language.toLowerCase()}`)) as { dictionary: Dictionary };
    return loaded.dictionary;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return {} as Dictionary;
    throw error;
  }
}

const dictionaries = await Promise.all((workerData as readonly string[]).map(dictionaryOf));
const zxcvbn = new ZxcvbnFactory({
  dictionary: Object.assign({}, common, ...dictionaries) as Dictionary,
  graphs: adjacencyGraphs,
});

const post = (message: StrengthMessage): void => parentPort?.postMessage(message);
parentPort?.on('message', ({ id, password, names }: { id: number; password: string; names: string[] }) => {
  const { guesses } = zxcvbn.check(password.slice(0, scoredLength), [...names, ...wellKnownPhrases]);
  post({ id, guesses });
});
post('ready');

/** A message from the worker: `ready` once the dictionaries are loaded, then one result per request. */
export type StrengthMessage = 'ready' | { readonly id: number; readonly guesses: number };

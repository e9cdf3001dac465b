import { parentPort, workerData } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';

// Scoring a long text can take seconds of CPU: a text whose beginning is strong is strong as a whole.
const scoredLength = 40;

// Known to everybody who guesses, though no dictionary of passwords has them: they are scored like a user's own name.
const wellKnown = [
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

/** @returns the dictionary of a language, empty where its package is not installed */
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

const say = (message: GuessesMessage): void => parentPort?.postMessage(message);
parentPort?.on('message', ({ id, password, names }: { id: number; password: string; names: string[] }) => {
  const { guesses } = zxcvbn.check(password.slice(0, scoredLength), [...names, ...wellKnown]);
  say({ id, guesses });
});
say('ready');

/** What the thread says: that it has read its dictionaries, and then an answer for each question. */
export type GuessesMessage = 'ready' | { readonly id: number; readonly guesses: number };

import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';
import { dictionary as french } from '@zxcvbn-ts/language-fr';
import { dictionary as german } from '@zxcvbn-ts/language-de';

// Scoring a long text can take seconds of CPU time. A password with a strong beginning is strong as a whole.
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

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common, ...english, ...french, ...german },
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

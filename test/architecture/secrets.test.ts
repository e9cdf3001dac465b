import { describe, it } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { exportedSecrets } from './secrets.ts';

/** Names that `accounts` may export, each with its reason. */
const allowed: Readonly<Record<string, string>> = {
  'AccountsDependencies.hasher': 'the hasher, not a hash',
  'Activity.hash': 'the hash of an entry in the hash chain of the log',
  'Hasher.hash': 'a function that makes a hash to be stored',
  'Hasher.hashRandom': 'a function that makes a hash to be stored',
  'NewCredential.hash': 'an argument that is stored',
  'NewSecondFactor.seed': 'an argument that is stored',
  'NewUser.passwordHash': 'an argument that is stored',
  'StoredPassword.hash': 'an argument that is stored',
  'createAccounts.seed': 'a new seed shown to its user during setup, stored in no table',
};

describe('the exports of the accounts context', () => {
  const found = exportedSecrets('src/core/accounts/index.ts');

  it('contain no stored hash or encrypted seed', () => {
    assertNone(found.filter((name) => !(name in allowed)));
  });

  it('include every entry of the allow list', () => {
    assertNone(Object.keys(allowed).filter((name) => !found.includes(name)));
  });
});

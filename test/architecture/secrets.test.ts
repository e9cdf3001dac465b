import { describe, it } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { exportedSecrets } from './secrets.ts';

/** Names that `accounts` may export, each with its reason. */
const allowed: Readonly<Record<string, string>> = {
  'AccountsDependencies.hasher': 'what hashes, not a hash',
  'Activity.hash': 'of an entry of the log, in its chain',
  'Hasher.hash': 'a function that makes a hash to be stored',
  'Hasher.hashRandom': 'a function that makes a hash to be stored',
  'NewCredential.hash': 'handed in to be stored',
  'NewSecondFactor.seed': 'handed in to be stored',
  'NewUser.passwordHash': 'handed in to be stored',
  'StoredPassword.hash': 'handed in to be stored',
  'createAccounts.seed': 'offered to be set up, in clear for its user: stored by no table',
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

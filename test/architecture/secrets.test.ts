import { describe, it } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { exportedSecrets } from './secrets.ts';

/** Names that `accounts` may export, each with its reason. */
const allowed: Readonly<Record<string, string>> = {
  'Accounts.seed': 'a new seed shown to its user during setup, stored in no table',
  'Activity.hash': 'the hash of an entry in the hash chain of the log',
  'NewCredential.hash': 'an argument that is stored',
  'NewSecondFactor.seed': 'an argument that is stored',
  'NewUser.passwordHash': 'an argument that is stored',
  'StoredPassword.hash': 'an argument that is stored',
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

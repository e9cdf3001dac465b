import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { userRowOf } from '../support/credentials.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';

const english = { 'Accept-Language': 'en' };
const hourMs = 60 * 60_000;
const chosen = 'seven quiet otters nap';

interface PasswordRow {
  readonly password: 'own' | 'temporary';
  readonly temporary_until: number | null;
  readonly epoch: number;
}

describe('a password reset and a password change at the same time', async () => {
  const base = createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });
  let waiting: (() => void)[] | null = null;
  let round = 0;
  /** Waits until both requests have computed their hashes, so that their transactions race. */
  const together = async (): Promise<void> => {
    if (waiting === null) return;
    const turn = Promise.withResolvers<null>();
    waiting.push(() => turn.resolve(null));
    if (waiting.length === 2) {
      const [first, second] = round % 2 === 0 ? waiting : waiting.reverse();
      first!();
      setTimeout(second!, (round % 10) / 2);
    }
    await turn.promise;
  };
  const hasher: Hasher = {
    ...base,
    hash: async (password) => {
      const tag = await base.hash(password);
      await together();
      return tag;
    },
  };
  const portal = await openPortal({ hasher });
  const tenant = await aTenant(portal, { language: 'en' });
  const anAdministrator = () => aUser(portal, tenant, { administratorLevel: 'global' });
  let camille = await anAdministrator();

  async function race(): Promise<'reset' | 'changed' | 'busy'> {
    const zoe = await aUser(portal, tenant, { password: 'temporary' });
    const user = await aPerson(portal, english).signIn(zoe);
    const admin = await aPerson(portal, english).signIn(camille);
    const address = `/account-settings/user-management/${zoe.id}/reset-password`;
    await admin.visit(address);
    waiting = [];
    // A response without a hash, such as a 503 on a busy machine, must not leave the other request waiting.
    const release = (): void => {
      waiting?.forEach((resolve) => resolve());
      waiting = null;
    };
    const [changed, reset] = await Promise.all([
      user.send('POST', '/change-password', { newPassword: chosen, confirmPassword: chosen }).finally(release),
      admin.send('POST', address, { epoch: String(zoe.epoch) }).finally(release),
    ]);
    if (changed.status === 503 || reset.status === 503) return 'busy';
    const secret = /id="temporary-password"[^>]*>([^<]+)</.exec(reset.text)?.[1] ?? '';
    const row = await userRowOf<PasswordRow>(portal.database, zoe.id);
    assert.equal(row.epoch, zoe.epoch + 1);
    assert.equal(await base.verify(row.password_hash, zoe.clearPassword), false);
    if (row.password === 'own') {
      assert.deepEqual([changed.headers.location, reset.status, secret], ['/dashboard', 409, '']);
      assert.equal(row.temporary_until, null);
      assert.equal(await base.verify(row.password_hash, chosen), true);
      return 'changed';
    }
    assert.deepEqual([changed.status, reset.status], [409, 200]);
    assert.equal(row.temporary_until, portal.clock.now + 72 * hourMs);
    assert.equal(await base.verify(row.password_hash, secret), true);
    assert.equal((await user.visit('/dashboard')).path, '/sign-in');
    return 'reset';
  }

  it('have the same result as in sequence', async () => {
    const outcomes = { reset: 0, changed: 0, busy: 0 };
    for (round = 0; round < rounds; round++) {
      // One administrator may reset 90 passwords in a minute.
      if (round % 50 === 0) camille = await anAdministrator();
      outcomes[await race()]++;
    }
    assert.ok(outcomes.reset > 0 && outcomes.changed > 0 && outcomes.busy < rounds / 10, JSON.stringify(outcomes));
  });
});

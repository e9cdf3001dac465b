import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, english } from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';

const server = await postgres();

describe('a page of a signed-in user', { skip: skipWithout('postgres', server) }, async () => {
  const portal = await openPortal({ databaseUrl: server?.url ?? '' });
  const tenant = await aTenant(portal, { language: 'en' });

  // Prepared and built queries both pass through the driver's query method.
  async function queriesOf(person: Person, address: string): Promise<string[]> {
    await person.visit(address);
    const texts: string[] = [];
    const client = pg.Client.prototype as unknown as { query: (...given: unknown[]) => unknown };
    const original = client.query;
    client.query = function (this: unknown, ...given) {
      const [asked] = given as [string | { text: string }];
      texts.push(typeof asked === 'string' ? asked : asked.text);
      return original.apply(this, given);
    };
    await person.visit(address);
    client.query = original;
    // Session activity is written in the background, so a write may still be pending from the previous visit.
    return texts.filter((text) => !text.startsWith('update "user_sessions" set "seen_at"'));
  }

  it('needs no extra query with a second factor and does not read its credentials', async () => {
    const without = await aPerson(portal, english).signIn(await aUser(portal, tenant));
    const { person } = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const [one, other] = [await queriesOf(without, paths.myProfile), await queriesOf(person, paths.myProfile)];
    assert.ok(one.length > 0);
    assert.deepEqual(other, one);
    for (const text of other.filter((each) => each.includes('credentials'))) assert.match(text, /kind = 'password'/);
  });
});

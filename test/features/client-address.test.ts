import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

describe("the client's address", async () => {
  const portal = await openPortal({ environment: { TRUST_PROXY: '1' } });
  const tenant = await aTenant(portal, { language: 'en' });

  for (const [forwarded, expected] of [
    ['203.0.113.5', '203.0.113.5'],
    ['203.0.113.5:4711', '203.0.113.5'],
    ['198.51.100.7, 203.0.113.6:4711', '203.0.113.6'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
  ] as const) {
    it(`is recorded without a port: ${forwarded}`, async () => {
      const camille = await aUser(portal, tenant, { administratorLevel: 'global' });
      const person = await aPerson(portal, { 'X-Forwarded-For': forwarded }).signIn(camille);
      const log = (await person.send('GET', `${paths.activityCsv}?user=${camille.id}`)).text;
      const jsonLines = (await person.send('GET', paths.activityJsonLines)).text;
      const data = (await person.send('GET', paths.ownDataFile)).text;
      await person.visit(paths.activityLog);
      for (const text of [log, person.text, jsonLines]) assert.ok(text.includes(expected), text.slice(0, 400));
      for (const text of [log, person.text, jsonLines, data]) {
        assert.ok(!text.includes(':4711'));
        assert.ok(!text.includes(`[${expected}]`));
      }
      const [row] = (await portal.database.knex('activity').orderBy('id', 'desc').limit(1)) as Record<
        string,
        unknown
      >[];
      assert.ok(JSON.stringify(row).includes(expected), JSON.stringify(row));
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { logLinesOf } from '../web/log-lines.ts';

const server = await postgres();
const message = 'Sign-ins failed under unknown user names';
const canary = 'kanarienvogel';

interface Summary {
  readonly since: number;
  readonly attempts: number;
  readonly networks: number;
  readonly names: number;
  readonly topNetworks: readonly { network: string; attempts: number; names: number }[];
  readonly topNames: readonly { fingerprint: string; attempts: number; networks: number }[];
}

/** @returns what was logged about unknown user names since the last call */
async function reported(portal: Portal): Promise<Summary[]> {
  const before = logLinesOf(portal).length;
  await portal.background.runAll();
  const lines = logLinesOf(portal).slice(before);
  return lines.filter(({ msg }) => msg === message) as unknown as Summary[];
}

const signIn = (portal: Portal, username: string, address: string, clearPassword = 'a wrong password') =>
  aPerson(portal, { 'Accept-Language': 'en', 'X-Forwarded-For': address }).signIn({ username, clearPassword });

for (const [dialect, databaseUrl, skip] of [
  ['SQLite', undefined, false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const)
  describe(`sign-ins under unknown user names, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const open = (): Promise<Portal> =>
      openPortal({ environment: { TRUST_PROXY: '1' }, ...(databaseUrl ? { databaseUrl } : {}) });
    const portal = await open();
    const tenant = await aTenant(portal, { language: 'en' });
    const zoe = await aUser(portal, tenant);
    const unknown = (name: string): string => `${canary}-${name}@${tenant.domain}`;

    it('are counted by network and fingerprint from the first attempt, and never logged or stored as typed', async () => {
      const startedAt = portal.clock.now;
      for (const [name, address] of [
        ['a', '192.0.2.7'],
        ['a', '192.0.2.200'],
        ['A', '198.51.100.1'],
        ['b', '192.0.2.7'],
        ['b', '2001:db8:7:1::1'],
        ['c', '2001:db8:7:2::1'],
      ] as const)
        await signIn(portal, unknown(name), address);
      const [summary, ...more] = await reported(portal);
      assert.equal(more.length, 0);
      assert.deepEqual([summary?.since, summary?.attempts, summary?.networks, summary?.names], [startedAt, 6, 3, 3]);
      assert.deepEqual(summary?.topNetworks, [
        { network: '192.0.2.0/24', attempts: 3, names: 2 },
        { network: '2001:db8:7::/48', attempts: 2, names: 2 },
        { network: '198.51.100.0/24', attempts: 1, names: 1 },
      ]);
      assert.deepEqual(
        summary?.topNames.map(({ attempts, networks }) => [attempts, networks]),
        [
          [3, 2],
          [2, 2],
          [1, 1],
        ],
      );
      for (const { fingerprint } of summary?.topNames ?? []) assert.match(fingerprint, /^[\w-]{16}$/);
      assert.doesNotMatch(portal.logged(), new RegExp(`${canary}|${tenant.domain}`, 'i'));
      assert.doesNotMatch(JSON.stringify(await portal.database.knex('activity').select()), new RegExp(canary, 'i'));
      assert.deepEqual(await reported(portal), [], 'each attempt is reported once');
    });

    it('have the same fingerprint each time, and a different fingerprint with different secrets', async () => {
      const fingerprintAt = async (at: Portal): Promise<string | undefined> => {
        await signIn(at, unknown('d'), '192.0.2.7');
        return (await reported(at))[0]?.topNames[0]?.fingerprint;
      };
      const first = await fingerprintAt(portal);
      assert.equal(await fingerprintAt(portal), first);
      assert.notEqual(await fingerprintAt(await open()), first);
    });

    it('are also counted while they are throttled', async () => {
      for (let attempt = 0; attempt < 12; attempt++) await signIn(portal, unknown('e'), '203.0.113.5');
      assert.equal((await reported(portal))[0]?.attempts, 12);
    });

    for (const [what, attempt] of [
      ['a wrong password of a user', () => signIn(portal, zoe.username, '192.0.2.7')],
      ['a sign-in', () => signIn(portal, zoe.username, '192.0.2.7', zoe.clearPassword)],
      [
        'a user name alone',
        async () =>
          (await aPerson(portal).visit(paths.signIn)).submit('Suivant', { 'Nom d’utilisateur': unknown('f') }),
      ],
    ] as const)
      it(`do not include ${what}`, async () => {
        await attempt();
        assert.deepEqual(await reported(portal), []);
      });

    it('are logged in one line of limited length, however many names are tried', async () => {
      for (let name = 0; name < 25; name++) await signIn(portal, unknown(`many${name}`), `10.0.${name}.1`);
      const [summary] = await reported(portal);
      assert.deepEqual([summary?.attempts, summary?.networks, summary?.names], [25, 25, 25]);
      assert.deepEqual([summary?.topNetworks.length, summary?.topNames.length], [20, 20]);
    });
  });

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aStoredRequest } from '../support/approvals.ts';
import { aStagedImport } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';

const english = { 'Accept-Language': 'en' };
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const canary = 'Kanarienvogel';

describe('isolation between tenants', async () => {
  const portal = await openPortal();
  const [ours, theirs] = [
    await aTenant(portal, { language: 'en' }),
    await aTenant(portal, { name: `${canary} & Co`, language: 'en' }),
  ];
  const theirUsers = [
    await aUser(portal, theirs, { displayName: `${canary} One`, administratorLevel: 'global' }),
    await aUser(portal, theirs, { displayName: `${canary} Two`, password: 'temporary' }),
    await aUser(portal, theirs, { displayName: `${canary} Three`, state: 'blocked' }),
    await aUser(portal, theirs, { displayName: `${canary} Four`, state: 'deleted' }),
  ];
  const stranger = await aPerson(portal, english).signIn(theirUsers[0]!);
  const sessions: { id: string }[] = await portal.database.knex('user_sessions').select('id');
  const theirImport = await aStagedImport(portal, theirs, theirUsers[0]!);
  const theirApproval = await aStoredRequest(portal, theirs, theirUsers[0]!);
  const theirIds = [
    theirImport,
    theirApproval,
    ...theirUsers.map(({ id }) => id),
    ...sessions.map(({ id }) => id),
    theirs.id,
  ];

  const people: [who: string, person: Person][] = [];
  for (const administratorLevel of ['global', 'userManagement', 'none'] as const) {
    const user = await aUser(portal, ours, { administratorLevel });
    people.push([administratorLevel, await aPerson(portal, english).signIn(user)]);
  }
  people.push(['nobody', await aPerson(portal, english).visit('/sign-in')]);

  const withIds = [...new Set(portal.routes.map(({ path }) => path))].filter((path) => path.includes(':'));
  const filled = (path: string, id: string): string => path.replace(/:\w+/g, id);
  const fieldsWith = (id: string) => ({
    ...{ epoch: '0', id, userId: id, user: id, sessionId: id, session: id, tenantId: theirs.id, tenant: theirs.id },
    ...{ act: 'resetPassword', reason: 'x', move: 'confirmed', of: id },
    ...{ after: id, username: theirUsers[0]!.username, language: 'xx', currentPassword: 'x', newPassword: 'x' },
  });
  const kept = async (): Promise<unknown> => {
    const { knex } = portal.database;
    const users = await knex('users').where({ tenant_id: theirs.id }).orderBy('id');
    return {
      users,
      approvals: await knex('approvals').where({ tenant_id: theirs.id }),
      imports: await knex('imports').where({ tenant_id: theirs.id }),
      tenant: await knex('tenants').where({ id: theirs.id }),
      activity: await knex('activity').where({ tenant_id: theirs.id }),
    };
  };

  it('is tested with at least three routes that contain an ID', () => {
    assert.ok(withIds.length >= 3, withIds.join());
  });

  for (const path of withIds) {
    it(`responds at ${path} to an ID of another tenant exactly as to an unknown ID`, async () => {
      const before = await kept();
      const served = portal.routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
      for (const [who, person, method] of people.flatMap((each) =>
        methods.map((method) => [...each, method] as const),
      )) {
        const unknownId = randomUUID();
        const expected = await person.send(method, filled(path, unknownId), fieldsWith(unknownId));
        // The page of a one-time link does not look up the token if a user is signed in.
        const is404 = who === 'global' && served.includes(method) && path !== paths.oneTimeLink;
        if (is404) assert.equal(expected.status, 404, method);
        for (const id of theirIds) {
          const answer = await person.send(method, filled(path, id), fieldsWith(id));
          assert.deepEqual(normalizedResponse(answer), normalizedResponse(expected), `${who} ${method} ${path}`);
          assert.ok(!JSON.stringify([answer.text, answer.headers]).includes(canary));
        }
      }
      assert.deepEqual(await kept(), before);
    });
  }

  it('gives identical responses to IDs of other tenants and unknown IDs in form fields and query parameters', async () => {
    const before = await kept();
    const [, admin] = people[0]!;
    for (const { method, path } of portal.routes.filter(
      (route) => !route.path.includes(':') && route.path !== '/sign-out',
    )) {
      const answers: object[] = [];
      for (const id of [randomUUID(), theirUsers[1]!.id, sessions[0]!.id]) {
        const fields = fieldsWith(id);
        const address = method === 'get' ? `${path}?${new URLSearchParams(fields).toString()}` : path;
        const answer = await admin.send(method, address, method === 'get' ? {} : fields);
        assert.ok(!answer.text.includes(canary), path);
        answers.push(normalizedResponse(answer));
        // Show pending flash messages elsewhere, so that they do not affect the compared page.
        if (method === 'post') await admin.send('get', '/dashboard');
      }
      assert.deepEqual(answers, [answers[0], answers[0], answers[0]], `${method} ${path}`);
    }
    assert.deepEqual(await kept(), before);
  });

  it('leaves every session of the other tenant open', async () => {
    assert.equal((await stranger.visit('/my-profile')).path, '/my-profile');
  });

  it('shows no data from another tenant on any page', async () => {
    const [, admin] = people[0]!;
    for (const { path } of portal.routes.filter((route) => route.method === 'get' && !route.path.includes(':'))) {
      await admin.visit(path);
      assert.ok(!admin.body.includes(canary), path);
    }
    assert.ok(stranger.body.includes(canary));
  });
});

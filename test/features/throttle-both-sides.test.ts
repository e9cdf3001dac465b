import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { digest } from '../../src/core/accounts/throttles/throttle-keys.ts';
import { paths } from '../../src/site/http/paths.ts';
import { openAttackedPortal, invalidLink, repeated, statuses, wrong } from '../support/attacked-portal.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { resetByLink } from '../support/links.ts';
import { anAddress, onPasswordPage } from '../support/password-attacks.ts';
import { dialectsOfRun } from '../support/dialects.ts';

for (const { dialect, databaseUrl, skip } of await dialectsOfRun()) {
  describe(`limits of passwords and links on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { portal, tenant, camille, from, guess, signedIn, enterPassword, attackName, mailedLinks } =
      await openAttackedPortal(databaseUrl);

    /** Covers the limits listed in decision 0082, which stop an attacker while the owner can still sign in. */
    const cases: Readonly<Record<string, () => Promise<void>>> = {
      'after an attack from many addresses, an unknown browser can sign in through an emailed link': async () => {
        const zoe = await aUser(portal, tenant);
        assert.deepEqual(await attackName(zoe), statuses(6, 4));
        const person = await enterPassword(await onPasswordPage(portal, anAddress(), zoe.username));
        assert.deepEqual([person.status, person.headers['retry-after']], [429, '60']);
        await person.submit('Email me a link');
        person.sees('Check your email');
        const [link = ''] = await mailedLinks(zoe);
        assert.deepEqual(await attackName(zoe), statuses(0, 10));
        await person.visit(link);
        await person.submit('Use this link');
        assert.equal(person.path, paths.signInPassword, person.text);
        assert.equal((await enterPassword(person, wrong)).status, 422, 'the link is no substitute for the password');
        assert.equal((await enterPassword(person)).path, paths.dashboard, person.text);
        assert.equal((await from(anAddress()).visit(link)).status, 404, 'the link works once');
      },
      'after an attack from many addresses, an unknown browser can sign in once the delay is over': async () => {
        const zoe = await aUser(portal, tenant);
        assert.deepEqual(await attackName(zoe), statuses(6, 4));
        portal.clock.now += 60_000;
        assert.deepEqual(await guess(zoe.username, anAddress(), 2), statuses(1, 1));
        portal.clock.now += 120_000;
        const person = await enterPassword(await onPasswordPage(portal, anAddress(), zoe.username));
        assert.equal(person.path, paths.dashboard, person.text);
      },
      'after 100 consecutive failures, an unknown browser can sign in only through an emailed link': async () => {
        const zoe = await aUser(portal, tenant);
        await guess(zoe.username, anAddress(), 1);
        const account = digest(`${zoe.username}|0`);
        assert.equal(
          await portal.database
            .knex('throttles')
            .where({ key: `row:${account}` })
            .update({ points: 99 }),
          1,
        );
        assert.deepEqual(await guess(zoe.username, anAddress(), 2), statuses(1, 1));
        const person = await enterPassword(await onPasswordPage(portal, anAddress(), zoe.username));
        assert.equal(person.status, 429);
        person.sees('Too many attempts. Try again in 365 days.');
        await person.submit('Email me a link');
        const [link = ''] = await mailedLinks(zoe);
        await person.visit(link);
        await person.submit('Use this link');
        assert.equal((await enterPassword(person)).path, paths.dashboard, person.text);
        assert.deepEqual(
          await guess(zoe.username, anAddress(), 1),
          statuses(1, 0),
          'the right password ends the count',
        );
      },
      'after an attack from many addresses, a known browser can sign in': async () => {
        const zoe = await aUser(portal, tenant);
        const person = await signedIn(zoe);
        await person.submit('Sign out');
        assert.deepEqual(await attackName(zoe), statuses(6, 4));
        await person.submit('Next', { 'User name': zoe.username });
        assert.equal((await enterPassword(person)).path, paths.dashboard, person.text);
      },
      'after an attack from one address, an unknown browser at another address can sign in': async () => {
        const zoe = await aUser(portal, tenant);
        assert.deepEqual(await guess(zoe.username, anAddress(), 5), statuses(3, 2));
        const person = await enterPassword(await onPasswordPage(portal, anAddress(), zoe.username));
        assert.equal(person.path, paths.dashboard, person.text);
      },
      'after an attack from many addresses, a temporary password is accepted': async () => {
        const zoe = await aUser(portal, tenant, { password: 'temporary' });
        assert.deepEqual(await attackName(zoe), statuses(6, 4));
        const person = await onPasswordPage(portal, anAddress(), zoe.username);
        assert.equal((await enterPassword(person, zoe.clearPassword)).path, paths.changePassword, person.text);
      },
      'a valid one-time link works at an address from which links have been guessed': async () => {
        const strict = await aTenant(portal, { language: 'en' });
        await tenantsStore.setOwnRules(portal.database, strict.scope, { handOver: 'link' });
        const admin = await signedIn(await aUser(portal, strict, { administratorLevel: 'global' }));
        const newcomer = await aUser(portal, strict);
        const office = anAddress();
        const opened = [];
        for (let each = 0; each < 61; each++) opened.push((await from(office).visit(invalidLink)).status);
        assert.deepEqual(opened, [...repeated(404, 60), 429]);
        const person = await from(office).visit(await resetByLink(admin, newcomer));
        await person.submit('Use this link');
        assert.equal(person.path, paths.changePassword, person.text);
      },
      'at an address from which other user names were attacked, a colleague can sign in from a new browser':
        async () => {
          const office = anAddress();
          for (let each = 0; each < 3; each++) {
            assert.deepEqual(await guess(`name-${each}@nowhere.example`, office, 2), statuses(2, 0));
          }
          assert.deepEqual(await guess('name-3@nowhere.example', office, 4), statuses(2, 2));
          const zoe = await aUser(portal, tenant);
          const person = await onPasswordPage(portal, office, zoe.username);
          assert.equal((await enterPassword(person, wrong)).status, 422, 'even after a typing error');
          assert.equal((await enterPassword(person)).path, paths.dashboard, person.text);
        },
      'an IPv6 /64 network is treated as one address, and other networks are not affected': async () => {
        const zoe = await aUser(portal, tenant);
        const answers = [];
        for (let each = 1; each < 6; each++) answers.push(...(await guess(zoe.username, `2001:db8:7:7::${each}`, 1)));
        assert.deepEqual(answers, statuses(3, 2));
        const person = await enterPassword(await onPasswordPage(portal, '2001:db8:7:8::1', zoe.username));
        assert.equal(person.path, paths.dashboard, person.text);
      },
      'at most three sign-in links are emailed per hour, and earlier links remain valid': async () => {
        const zoe = await aUser(portal, tenant);
        const stranger = await onPasswordPage(portal, anAddress(), zoe.username);
        const answers = [];
        for (let each = 0; each < 4; each++) answers.push((await stranger.send('POST', paths.signInLink, {})).status);
        assert.deepEqual(answers, [200, 200, 200, 429]);
        const links = await mailedLinks(zoe);
        assert.equal(links.length, 3);
        const person = await from(anAddress()).visit(links[1] ?? '');
        await person.submit('Use this link');
        assert.equal((await enterPassword(person)).path, paths.dashboard, person.text);
      },
      "a tenant's stricter limit also applies to unknown user names of its domain, but not to other domains":
        async () => {
          const strict = await aTenant(portal, { language: 'en' });
          await tenantsStore.setOwnRules(portal.database, strict.scope, { attempts: 2 });
          const zoe = await aUser(portal, strict);
          assert.deepEqual(await guess(zoe.username, anAddress(), 4), statuses(2, 2));
          assert.deepEqual(await guess(`nobody@${strict.domain}`, anAddress(), 4), statuses(2, 2));
          assert.deepEqual(await guess('nobody@nowhere.example', anAddress(), 4), statuses(3, 1));
          const person = await enterPassword(await onPasswordPage(portal, anAddress(), zoe.username));
          assert.equal(person.path, paths.dashboard, person.text);
        },
      'requests for a link get the same response, but only users with a chosen password receive an email': async () => {
        const names = [
          [await aUser(portal, tenant), 1],
          [await aUser(portal, tenant, { password: 'temporary' }), 0],
          [await aUser(portal, tenant, { state: 'blocked' }), 0],
          [{ username: `nobody@${tenant.domain}` }, 0],
        ] as const;
        for (const [user, expected] of names) {
          const person = await onPasswordPage(portal, anAddress(), user.username);
          await person.submit('Sign in', { Password: wrong });
          person.doesNotSee('Email me a link');
          assert.equal((await person.send('POST', paths.signInLink, {})).status, 200);
          assert.equal((await mailedLinks(user)).length, expected, user.username);
        }
        const activity = await signedIn(camille);
        await activity.visit(paths.activityLog);
        activity
          .sees('A sign-in link was requested and emailed to')
          .sees('used a one-time link to continue signing in');
      },
    };

    for (const [name, check] of Object.entries(cases)) it(name, check);
  });
}

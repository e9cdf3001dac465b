import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cultures } from '../../tools/demo/names.ts';
import { demoTenants } from '../../tools/demo/tenants.ts';
import { cleanName, isUsername } from '../../src/domain/people/user.ts';
import { administratorLevels, agentLevels } from '../../src/domain/roles.ts';

const now = Date.UTC(2017, 9, 18, 9, 30);
const worldwide = demoTenants('worldwide', now);
const germany = demoTenants('germany', now);
const tenants = [...worldwide, ...germany];
const people = tenants.flatMap((tenant) => tenant.people);
const large = tenants.filter((tenant) => tenant.people.length > 100);

describe('demo tenants', () => {
  it('are deterministic', () => {
    assert.deepEqual(demoTenants('worldwide', now), worldwide);
    assert.deepEqual(demoTenants('germany', now), germany);
  });

  it('depend on the current time only in their dates', () => {
    const later = demoTenants('germany', now + 1_000)[0]!.people;
    germany[0]!.people.forEach((person, index) => {
      const lastSignInAt = person.lastSignInAt === null ? null : person.lastSignInAt + 1_000;
      const moved = { ...person, lastSignInAt, createdAt: person.createdAt + 1_000 };
      assert.deepEqual(later[index], moved);
    });
  });

  it('have 40 to 300 users', () => {
    for (const { name, people } of tenants) {
      assert.ok(people.length >= 40 && people.length <= 300, `${name}: ${people.length}`);
    }
  });

  it('have unique domains that cannot be registered', () => {
    const domains = tenants.flatMap((tenant) => tenant.domains);
    assert.equal(new Set(domains).size, domains.length);
    for (const domain of domains) assert.match(domain, /^[a-z0-9-]+\.example$/);
  });

  it('have at least two active Global admins', () => {
    for (const { name, people } of tenants) {
      const admins = people.filter((p) => p.administratorLevel === 'global');
      assert.ok(admins.filter((p) => p.state === 'active').length >= 2, name);
    }
  });

  it('with more than 100 users include every level and state', () => {
    assert.equal(large.length, 3);
    for (const { people } of large) {
      const seen = (of: (person: (typeof people)[number]) => string) => [...new Set(people.map(of))].sort();
      assert.deepEqual(
        seen((p) => p.administratorLevel),
        [...administratorLevels].sort(),
      );
      assert.deepEqual(
        seen((p) => p.agentLevel),
        [...agentLevels].sort(),
      );
      assert.deepEqual(
        seen((p) => p.state),
        ['active', 'blocked', 'pending'],
      );
    }
  });

  it('with more than 100 users start with the four listed users, whose roles and states differ', () => {
    for (const { people } of large) {
      const standings = people.filter((p) => p.listed).map((p) => [p.administratorLevel, p.agentLevel, p.state]);
      assert.ok(people.slice(0, 4).every((p) => p.listed));
      assert.deepEqual(standings, [
        ['global', 'none', 'active'],
        ['userManagement', 'none', 'active'],
        ['none', 'sales', 'active'],
        ['none', 'none', 'pending'],
      ]);
    }
    assert.equal(worldwide[0]!.people[0]!.displayName, 'Camille Laurent');
  });
});

describe('demo users', () => {
  it('have a unique ASCII user name in a domain of their tenant', () => {
    const usernames = people.map((person) => person.username);
    assert.equal(new Set(usernames).size, usernames.length);
    for (const username of usernames) {
      assert.match(username, /^[a-z0-9.-]+@[a-z0-9.-]+\.example$/);
      assert.ok(isUsername(username), username);
    }
    for (const { domains, people } of tenants) {
      const used = new Set(people.map((p) => p.username.split('@')[1]!));
      assert.deepEqual([...used].sort(), [...domains].sort());
    }
  });

  it('were added in the past and signed in later', () => {
    for (const person of people) {
      assert.ok(Number.isInteger(person.createdAt) && person.createdAt < now);
      if (person.lastSignInAt === null) continue;
      assert.ok(Number.isInteger(person.lastSignInAt) && person.lastSignInAt < now);
      assert.ok(person.lastSignInAt > person.createdAt, person.username);
    }
  });

  it('have not signed in if they have a temporary password', () => {
    const pending = people.filter((person) => person.state === 'pending');
    assert.ok(pending.every((person) => person.lastSignInAt === null));
    assert.ok(people.some((person) => person.state === 'active' && person.lastSignInAt === null));
  });

  it('of the first tenant have names in many scripts', () => {
    const names = worldwide[0]!.people.map((person) => person.displayName).join('\n');
    const scripts = ['Latin', 'Greek', 'Cyrillic', 'Arabic', 'Hebrew', 'Han', 'Hangul', 'Devanagari'];
    for (const script of scripts) {
      assert.match(names, new RegExp(`\\p{Script=${script}}`, 'u'), script);
    }
  });

  it('have short and long names, apostrophes, hyphens, particles and namesakes', () => {
    const names = people.map((person) => person.displayName);
    assert.ok(names.some((name) => name.length > 40));
    assert.ok(names.some((name) => name.length <= 5));
    for (const part of ['’', '-', ' van der ', ' von ', ' de La ', 'Ł', 'Ž', 'Å', 'Ç']) {
      assert.ok(
        names.some((name) => name.includes(part)),
        part,
      );
    }
    assert.ok(people.some((person) => /\d@/.test(person.username)));
  });
});

describe('name lists', () => {
  const parts = Object.values(cultures)
    .flat()
    .flatMap(({ given, family }) => [...given, ...family]);

  it('have an ASCII form for every name', () => {
    for (const { written, ascii } of parts) assert.match(ascii, /^[a-z]+(-[a-z]+)*$/, written);
  });

  it('contain normalized text without stray or invisible characters', () => {
    for (const { written } of parts) {
      assert.equal(written, cleanName(written));
      assert.match(written, /^[\p{L}\p{M}][\p{L}\p{M} ’־-]*$|^’t [\p{L}-]+$/u);
    }
  });
});

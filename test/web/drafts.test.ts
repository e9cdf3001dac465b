import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDrafts, pageOfDraft, visitor } from '../../src/site/http/drafts.ts';

const page = '/account-settings/user-management/new';
const zoe = { userId: 'zoe', tenantId: 'lumiere' };
const values = { firstName: 'Zoë', user: ['1', '2'] };
const [old, recent] = ['an old secret of 32 characters or more', 'a recent secret of 32 characters or more'];
const minuteMs = 60_000;

function draftsAt(secrets: readonly string[] = [recent]) {
  const clock = { now: Date.UTC(2026, 10, 30) };
  return { clock, drafts: createDrafts(secrets, () => clock.now) };
}

function aDraft({ drafts } = draftsAt(), user = zoe): string {
  const draft = drafts.seal(page, drafts.ownerOf(user), values);
  assert.ok(draft !== null);
  return draft;
}

describe('a draft', () => {
  test('can be opened by the user that it was sealed for, and identifies its page', () => {
    const at = draftsAt();
    assert.deepEqual(at.drafts.open(aDraft(at), zoe), values);
    assert.equal(pageOfDraft(aDraft(at)), page);
    assert.ok(!Buffer.from(aDraft(at).split('.')[1] ?? '', 'base64url').includes('Zo'));
  });

  for (const [label, user] of Object.entries({
    'another user': { userId: 'ines', tenantId: 'lumiere' },
    'the same user in another tenant': { userId: 'zoe', tenantId: 'nordwind' },
    'a visitor': null,
  }))
    test(`does not open for ${label}`, () => {
      const at = draftsAt();
      assert.equal(at.drafts.open(aDraft(at), user), null);
    });

  test('of a visitor opens for visitors only', () => {
    const { drafts } = draftsAt();
    const draft = drafts.seal('/sign-in', visitor, { username: 'zoe' }) ?? '';
    assert.deepEqual(drafts.open(draft, null), { username: 'zoe' });
    assert.equal(drafts.open(draft, zoe), null);
  });

  for (const [label, ms, opens] of [
    ['opens until 30 minutes have passed', 30 * minuteMs - 1, true],
    ['does not open after 30 minutes', 30 * minuteMs, false],
    ['opens if the clock of another node is behind', -minuteMs, true],
    ['does not open if the clock was set back by 30 minutes', -30 * minuteMs, false],
  ] as const)
    test(label, () => {
      const at = draftsAt();
      const draft = aDraft(at);
      at.clock.now += ms;
      assert.equal(at.drafts.open(draft, zoe) !== null, opens);
    });

  const parts = aDraft().split('.');
  const otherPage = Buffer.from('/account-settings/rules').toString('base64url');
  const tampered: Readonly<Record<string, string>> = {
    'another key': ['AAAAAAAAAAAA', parts[1], parts[2]].join('.'),
    'a changed character': [parts[0], `${parts[1]?.startsWith('A') ? 'B' : 'A'}${parts[1]?.slice(1)}`, parts[2]].join(
      '.',
    ),
    'a truncated text': [parts[0], parts[1]?.slice(0, -4), parts[2]].join('.'),
    'an empty text': `${parts[0]}..${parts[2]}`,
    'another page': [parts[0], parts[1], otherPage].join('.'),
    'a missing page': `${parts[0]}.${parts[1]}`,
    'an additional part': `${parts.join('.')}.AAAA`,
    'an empty draft': '',
    'a text that is too long': 'A'.repeat(100_000),
  };
  for (const [label, draft] of Object.entries(tampered))
    test(`does not open with ${label}`, () => assert.equal(draftsAt().drafts.open(draft, zoe), null));

  for (const address of ['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', ''])
    test(`leads to no page outside the portal: ${address}`, () => {
      assert.equal(pageOfDraft(`a.b.${Buffer.from(address).toString('base64url')}`), null);
    });

  test('opens with every secret, and is sealed with the first', () => {
    const before = draftsAt([old]);
    const draft = aDraft(before);
    assert.deepEqual(draftsAt([recent, old]).drafts.open(draft, zoe), values);
    assert.equal(draftsAt([recent]).drafts.open(draft, zoe), null);
    assert.equal(draftsAt([old]).drafts.open(aDraft(draftsAt([recent, old])), zoe), null);
  });

  test('identifies its owner even after the first secret has been replaced', () => {
    const owner = draftsAt([old]).drafts.ownerOf(zoe);
    assert.equal(draftsAt([recent, old]).drafts.isOwner(owner, zoe), true);
    assert.equal(draftsAt([recent]).drafts.isOwner(owner, zoe), false);
    assert.equal(draftsAt([old]).drafts.isOwner(owner, { userId: 'ines', tenantId: 'lumiere' }), false);
  });

  test('is not sealed without values, nor with more than 24 KiB', () => {
    const { drafts } = draftsAt();
    const owner = drafts.ownerOf(zoe);
    assert.equal(drafts.seal(page, owner, {}), null);
    assert.equal(drafts.seal(page, owner, { firstName: '', user: [] }), null);
    assert.equal(drafts.seal(page, owner, { firstName: 'x'.repeat(24 * 1024) }), null);
    const longest = drafts.seal(page, owner, { firstName: 'x'.repeat(24 * 1024 - 100) });
    assert.ok(longest !== null && drafts.open(longest, zoe) !== null);
  });
});

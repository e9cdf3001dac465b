import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noticeAuthorOf, type Notice, type NoticeAuthor } from '../../src/domain/notices.ts';

const [zoe, camille] = ['zoe', 'camille'];
const changed: Notice = { kind: 'passwordChanged' };

describe('the author of a notice', () => {
  const cases: readonly [what: string, notice: Notice, actorId: string | null, name: string | null, NoticeAuthor][] = [
    ['is an operator’s command if no user acted', changed, null, null, 'operator'],
    ['is the recipient if they acted', changed, zoe, 'Zoé', 'self'],
    ['is another user', changed, camille, 'Camille', { name: 'Camille' }],
    ['is another user, who has been erased', changed, camille, null, { name: null }],
    [
      'is the portal for a requested recovery link',
      { kind: 'recoveryLink', linkId: 'x', until: 1 },
      null,
      null,
      'portal',
    ],
    ['is the portal if a mailbox was refused', { kind: 'linkMailRefused' }, null, null, 'portal'],
  ];
  for (const [what, notice, actorId, actorName, expected] of cases)
    test(what, () => assert.deepEqual(noticeAuthorOf(notice, { userId: zoe, actorId, actorName }), expected));
});

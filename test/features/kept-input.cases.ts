import assert from 'node:assert/strict';
import { fillPath, paths } from '../../src/site/http/paths.ts';
import { fillIn, submitForm, type Typed } from '../support/kept-input.ts';
import type { Person } from '../support/person.ts';

/** A form and the values that a user types into it. */
export interface KeptForm {
  readonly typed: Typed;
  /** The URL of the page; defaults to the path of the route. */
  readonly address?: string;
  /** Additional input that makes the form invalid; null if no input can make it invalid. */
  readonly invalid: Typed | null;
  /** Null if no change by another user can cause a response with status 409. */
  readonly conflict: Conflict | null;
}

/** A change by another administrator, after which submitting an open form fails with status 409. */
export interface Conflict {
  readonly cause: (other: Person, address: string) => Promise<unknown>;
  /** A message on the page if it has no form in which the input can be submitted again. */
  readonly shows?: string;
}

/** Creates a conflict in which another administrator submits the form with these values. */
const saves = (typed: Typed): Conflict => ({
  cause: async (other, address) => {
    await other.visit(address);
    fillIn(other, typed);
    await submitForm(other, typed);
    assert.equal(other.status, 200, other.text);
  },
});

const blocksAndUnblocks = (userId: string): Conflict => ({
  cause: async (other) => {
    for (const path of [paths.blockUser, paths.unblockUser])
      assert.equal((await other.send('POST', fillPath(path, { userId }))).status, 303);
  },
});

/** The forms of signed-in users, by the path of their route. */
export const formsOfUsers = (userId: string): Readonly<Record<string, KeptForm>> => ({
  [paths.newUser]: {
    typed: { firstName: 'Mara <b>', lastName: 'Quint', username: 'no-address', language: 'de', agentLevel: 'sales' },
    invalid: {},
    conflict: null,
  },
  [paths.user]: {
    typed: { firstName: 'Zoja', agentLevel: 'helpdesk', language: 'fr' },
    invalid: { lastName: 'x'.repeat(121) },
    conflict: saves({ firstName: 'Zoe', agentLevel: 'none', language: 'en' }),
  },
  [paths.bulkUsers]: {
    typed: { user: userId, action: 'block' },
    address: `${paths.bulkUsers}?action=block&user=${userId}`,
    invalid: null,
    conflict: blocksAndUnblocks(userId),
  },
  [paths.bulkReset]: {
    typed: { user: userId, action: 'reset' },
    address: `${paths.bulkUsers}?action=reset&user=${userId}`,
    invalid: null,
    conflict: Object.assign(saves({ user: userId, action: 'reset' }), { shows: 'Zoé Besson' }),
  },
  [paths.rules]: {
    typed: { idleMinutes: '11', secondFactor: 'administrators' },
    invalid: { attempts: '99' },
    conflict: saves({ idleMinutes: '10' }),
  },
  [paths.supportAccess]: {
    typed: { purpose: 'A broken import', hours: '2', level: 'manage' },
    invalid: {},
    conflict: null,
  },
  [paths.newApproval]: {
    typed: { reason: 'Two left the company' },
    invalid: { reason: 'x'.repeat(501) },
    conflict: null,
  },
  [paths.approval]: {
    typed: { remark: 'I called them first' },
    invalid: { remark: 'y'.repeat(501) },
    conflict: Object.assign(saves({ remark: 'Agreed by phone' }), { shows: 'I called them first' }),
  },
});

/** The forms of visitors. @param username the user name of a user in this region */
export const formsOfVisitors = (username: string): Readonly<Record<string, KeptForm>> => ({
  // A user name that is refused may belong to another region, so it is not shown again.
  [paths.signIn]: { typed: { username: 'kept@canary.example' }, invalid: null, conflict: null },
  [paths.signInPassword]: { typed: { username }, invalid: null, conflict: null },
  [paths.setUp]: {
    typed: {
      tenantName: 'Nordwind & Co',
      domain: '',
      language: 'fr',
      adminName: 'Ada Nord',
      username: 'ada@nordwind.example',
    },
    invalid: {},
    conflict: null,
  },
});

/** The form for visitors in a region with self-service recovery. */
export const formOfRecovery = (username: string): Readonly<Record<string, KeptForm>> => ({
  [paths.recoverAccess]: { typed: { username }, invalid: { username: 'no-address' }, conflict: null },
});

import { paths } from '../../src/site/http/paths.ts';
import type { Typed } from '../support/kept-input.ts';

/** A form, and what a user types into it. */
export interface KeptForm {
  readonly typed: Typed;
  /** Address of the page; that of the route if absent. */
  readonly address?: string;
  /** Additional input that makes the form invalid; null if no input can make it invalid. */
  readonly invalid: Typed | null;
}

/** The forms of signed-in users, by the path of their route. */
export const formsOfUsers = (userId: string): Readonly<Record<string, KeptForm>> => ({
  [paths.newUser]: {
    typed: { firstName: 'Mara <b>', lastName: 'Quint', username: 'no-address', language: 'de', agentLevel: 'sales' },
    invalid: {},
  },
  [paths.user]: {
    typed: { firstName: 'Zoja', agentLevel: 'helpdesk', language: 'fr' },
    invalid: { lastName: 'x'.repeat(121) },
  },
  [paths.bulkUsers]: {
    typed: { user: userId, action: 'block' },
    address: `${paths.bulkUsers}?action=block&user=${userId}`,
    invalid: null,
  },
  [paths.bulkReset]: {
    typed: { user: userId, action: 'reset' },
    address: `${paths.bulkUsers}?action=reset&user=${userId}`,
    invalid: null,
  },
  [paths.rules]: { typed: { idleMinutes: '11', secondFactor: 'administrators' }, invalid: { attempts: '99' } },
  [paths.supportAccess]: { typed: { purpose: 'A broken import', hours: '2', level: 'manage' }, invalid: {} },
  [paths.newApproval]: { typed: { reason: 'Two left the company' }, invalid: { reason: 'x'.repeat(501) } },
  [paths.approval]: { typed: { remark: 'I called them first' }, invalid: { remark: 'y'.repeat(501) } },
});

/** The forms of visitors. @param username of a user of this region */
export const formsOfVisitors = (username: string): Readonly<Record<string, KeptForm>> => ({
  // A user name that is refused may belong to another region, so it is not shown again.
  [paths.signIn]: { typed: { username: 'kept@canary.example' }, invalid: null },
  [paths.signInPassword]: { typed: { username }, invalid: null },
  [paths.setUp]: {
    typed: {
      tenantName: 'Nordwind & Co',
      domain: '',
      language: 'fr',
      adminName: 'Ada Nord',
      username: 'ada@nordwind.example',
    },
    invalid: {},
  },
});

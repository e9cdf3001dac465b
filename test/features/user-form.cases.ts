import { paths, fillPath, userPath } from '../../src/site/http/paths.ts';
import type { TestUser } from '../support/builders.ts';
import type { Person } from '../support/person.ts';
import type { Change } from '../../src/domain/people/user.ts';

/** A change by another administrator while the form is open. */
export type ConcurrentChange = (by: Person, user: TestUser) => Promise<unknown>;

export const edits =
  (fields: Readonly<Record<string, string>>): ConcurrentChange =>
  async (by, { id }) =>
    (await by.visit(userPath(id))).submit('Save', fields);
export const posts =
  (path: string): ConcurrentChange =>
  (by, { id: userId }) =>
    by.send('POST', fillPath(path, { userId }));

export const removesGlobalAdmin = edits({ 'Administrator level': 'none' });
const givesGlobalAdmin = edits({ 'Administrator level': 'global' });
export const changesFirstName = edits({ 'First name': 'Anneliese' });
const noChange: ConcurrentChange = () => Promise.resolve();

interface Row {
  readonly before?: Partial<TestUser>;
  readonly concurrent: ConcurrentChange;
  /** The fields that are then saved from the stale form, by label. */
  readonly saved: Readonly<Record<string, string>>;
  readonly status: 200 | 409;
  readonly after: Partial<TestUser>;
  /** The changed fields in the recorded entry; empty if nothing is recorded. */
  readonly recorded: readonly Change['field'][];
}

export const table: Readonly<Record<string, Row>> = {
  'saving a first name keeps a concurrent removal of Global admin': {
    before: { administratorLevel: 'global' },
    concurrent: removesGlobalAdmin,
    saved: { 'First name': 'Anna' },
    status: 200,
    after: { administratorLevel: 'none', firstName: 'Anna' },
    recorded: ['firstName'],
  },
  'saving a last name keeps a concurrent promotion to Global admin': {
    concurrent: givesGlobalAdmin,
    saved: { 'Last name': 'Roy' },
    status: 200,
    after: { administratorLevel: 'global', lastName: 'Roy' },
    recorded: ['lastName'],
  },
  'different name fields are both saved': {
    concurrent: changesFirstName,
    saved: { 'Last name': 'Roy' },
    status: 200,
    after: { firstName: 'Anneliese', lastName: 'Roy' },
    recorded: ['lastName'],
  },
  'an agent level and a language are both saved': {
    concurrent: edits({ 'Agent level': 'sales' }),
    saved: { Language: 'de' },
    status: 200,
    after: { agentLevel: 'sales', language: 'de' },
    recorded: ['language'],
  },
  'the same first name is saved once': {
    concurrent: changesFirstName,
    saved: { 'First name': 'Anneliese' },
    status: 200,
    after: { firstName: 'Anneliese' },
    recorded: [],
  },
  'the same level is saved once': {
    concurrent: givesGlobalAdmin,
    saved: { 'Administrator level': 'global' },
    status: 200,
    after: { administratorLevel: 'global' },
    recorded: [],
  },
  'saving without edits changes nothing': {
    before: { administratorLevel: 'global', agentLevel: 'admin', language: 'fr' },
    concurrent: edits({ 'Administrator level': 'none', 'Agent level': 'none', Language: '', 'Last name': 'Roy' }),
    saved: {},
    status: 200,
    after: { administratorLevel: 'none', agentLevel: 'none', language: null, lastName: 'Roy' },
    recorded: [],
  },
  'different first names conflict': {
    concurrent: changesFirstName,
    saved: { 'First name': 'Anna', 'Last name': 'Roy' },
    status: 409,
    after: { firstName: 'Anneliese', lastName: 'Martin' },
    recorded: [],
  },
  'different administrator levels conflict': {
    before: { administratorLevel: 'global' },
    concurrent: removesGlobalAdmin,
    saved: { 'Administrator level': 'billing' },
    status: 409,
    after: { administratorLevel: 'none' },
    recorded: [],
  },
  'different agent levels conflict': {
    concurrent: edits({ 'Agent level': 'sales' }),
    saved: { 'Agent level': 'helpdesk' },
    status: 409,
    after: { agentLevel: 'sales' },
    recorded: [],
  },
  'different languages conflict': {
    concurrent: edits({ Language: 'fr' }),
    saved: { Language: 'de' },
    status: 409,
    after: { language: 'fr' },
    recorded: [],
  },
  'an emptied display name is built from the current names': {
    concurrent: changesFirstName,
    saved: { 'Last name': 'Roy', 'Display name': '' },
    status: 200,
    after: { firstName: 'Anneliese', lastName: 'Roy', displayName: 'Anneliese Roy' },
    recorded: ['lastName', 'displayName'],
  },
  'a user who has been blocked can be edited and stays blocked': {
    concurrent: posts(paths.blockUser),
    saved: { 'First name': 'Anna' },
    status: 200,
    after: { firstName: 'Anna', state: 'blocked' },
    recorded: ['firstName'],
  },
  'a user who has been blocked in bulk can be edited and stays blocked': {
    concurrent: (by, { id }) => by.send('POST', paths.bulkUsers, { action: 'block', user: id }),
    saved: { 'Agent level': 'sales' },
    status: 200,
    after: { agentLevel: 'sales', state: 'blocked' },
    recorded: ['agentLevel'],
  },
  'a user who has been deleted and restored can be edited': {
    concurrent: async (by, user) => {
      await posts(paths.deleteUser)(by, user);
      await posts(paths.restoreUser)(by, user);
    },
    saved: { 'First name': 'Anna' },
    status: 200,
    after: { firstName: 'Anna', state: 'active' },
    recorded: ['firstName'],
  },
  'a user without concurrent changes can be edited': {
    concurrent: noChange,
    saved: { 'First name': 'Anna', 'Administrator level': 'billing' },
    status: 200,
    after: { firstName: 'Anna', administratorLevel: 'billing' },
    recorded: ['firstName', 'administratorLevel'],
  },
};

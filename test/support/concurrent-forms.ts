import assert from 'node:assert/strict';
import { fillPath, paths } from '../../src/site/http/paths.ts';
import type { User } from '../../src/domain/people/user.ts';
import type { TestTenant, TestUser } from './builders.ts';
import type { Person } from './person.ts';
import type { Portal } from './portal.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

/** The state that a form changes, in one tenant with two administrators. */
export interface Stage {
  readonly portal: Portal;
  readonly tenant: TestTenant;
  /** The user that the forms change. */
  readonly user: TestUser;
}

export type Step = (person: Person, stage: Stage) => Promise<unknown>;

/** A form that two administrators have opened: what one of them does first, and what the other one then submits. */
export interface Case {
  readonly before?: (stage: Stage) => Promise<unknown>;
  readonly open: Step;
  readonly first: Step;
  readonly second: Step;
  readonly status: 200 | 404 | 409;
  /** A text that the page must contain if there is a conflict. */
  readonly says?: RegExp;
  readonly after: (stage: Stage) => Promise<unknown>;
  readonly result: unknown;
}

export const userOf = async ({ portal, tenant, user }: Stage): Promise<User | null> =>
  (await usersStore.find(portal.database, tenant.scope, user.id)) ??
  (await usersStore.findDeleted(portal.database, tenant.scope, user.id));
export const stateOf = async (stage: Stage) => (await userOf(stage))?.state ?? 'erased';
export const namesOf = async (stage: Stage) => {
  const user = await userOf(stage);
  return [user?.firstName, user?.lastName];
};
export const rulesOf = async ({ portal, tenant }: Stage) =>
  (await tenantsStore.findOwn(portal.database, tenant.scope))?.ownRules;
export const countOf =
  (kind: string) =>
  async ({ portal, user }: Stage): Promise<number> =>
    (await portal.database.knex('activity').where({ kind, target_id: user.id })).length;

export const at = (path: string) => (stage: Stage) => fillPath(path, { userId: stage.user.id });
export const opens =
  (address: (stage: Stage) => string): Step =>
  (person, stage) =>
    person.visit(address(stage));
export const presses =
  (button: string, fields: Readonly<Record<string, string>> = {}): Step =>
  (person) =>
    person.submit(button, fields);
/** Sends POST requests without fields to these routes, without opening their pages. */
export const sends =
  (...routes: readonly string[]): Step =>
  async (person, stage) => {
    for (const path of routes) {
      const { status } = await person.send('POST', at(path)(stage));
      assert.ok([200, 303].includes(status), `${path}: ${status}`);
    }
  };
export const bulk = (action: string) => (stage: Stage) => `${paths.bulkUsers}?action=${action}&user=${stage.user.id}`;
export const setsState =
  (state: User['state']) =>
  ({ portal, tenant, user }: Stage) =>
    usersStore.setState(portal.database, tenant.scope, user.id, state, portal.clock.now);
export const idle = 'Idle session timeout';

export const opensUser = opens(at(paths.user));
export const changed = /this account was changed in the meantime/;

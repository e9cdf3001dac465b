import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { ImportMode, PlannedRow } from '../../src/domain/imports.ts';
import type { Scope } from '../../src/domain/scope.ts';
import type { User } from '../../src/domain/people/user.ts';
import type { Import } from '../../src/core/imports/imports.mapping.ts';
import { createImportJob } from '../../src/core/imports/import-job.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import { scopeOf, aStagedImport } from './imports.ts';
import type { Portal } from './portal.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import type { Database } from '../../src/platform/database/database.ts';

export const addedRows = 130;

export const plannedAddition = (tenant: TestTenant, index: number): PlannedRow => ({
  ...{ line: index + 2, username: `new${index}@${tenant.domain}`, displayName: `New ${index}`, outcome: 'added' },
  userId: crypto.randomUUID(),
  user: {
    ...{ firstName: 'New', lastName: `${index}`, displayName: `New ${index}`, language: null },
    ...{ administratorLevel: 'none', agentLevel: 'none' },
  },
});

export const plannedChange = (
  user: User,
  line: number,
  changes: Extract<PlannedRow, { outcome: 'changed' }>['changes'],
): PlannedRow => ({
  ...{ line, username: user.username, displayName: user.displayName, outcome: 'changed', userId: user.id, changes },
});

interface Options {
  readonly mode?: ImportMode;
  readonly rows?: (zoe: TestUser, tenant: TestTenant) => PlannedRow[];
}

export interface ConfirmedImport {
  readonly tenant: TestTenant;
  readonly admin: TestUser;
  readonly zoe: TestUser;
  /** The scope of the administrator who confirmed the import. */
  readonly scope: Scope;
  readonly id: string;
  /** Confirms the import again. */
  readonly confirm: () => Promise<boolean>;
}

/** Creates functions that prepare a tenant with a confirmed import, run the import, and read its result. */
export function importScenarios(portal: Portal) {
  const { database, clock, hasher, config } = portal;
  const log = pino({ level: 'silent' });
  const runWith = (other: Database) =>
    createImportJob({ database: other, hasher, rules: config.rules, clock: () => clock.now, log });

  return {
    runWith,
    run: runWith(database),

    /** Creates a confirmed import of `rows`. By default, it adds 130 users and changes Zoé. */
    aConfirmedImport: async ({ mode = 'all', rows }: Options = {}): Promise<ConfirmedImport> => {
      const tenant = await aTenant(portal, { language: 'en' });
      const admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      const usual = [
        ...Array.from({ length: addedRows }, (_, index) => plannedAddition(tenant, index)),
        plannedChange(zoe, 500, [{ field: 'firstName', from: 'Zoé', to: 'Zoë' }]),
      ];
      const scope = scopeOf(tenant, admin);
      const id = await aStagedImport(portal, tenant, admin, rows?.(zoe, tenant) ?? usual);
      const confirm = () =>
        importsStore.confirm(database, scope, id, { mode, epoch: admin.epoch, expiresAt: clock.now + 1 });
      assert.equal(await confirm(), true);
      return { tenant, admin, zoe, scope, id, confirm };
    },

    find: async ({ scope, id }: Pick<ConfirmedImport, 'scope' | 'id'>): Promise<Import> =>
      (await importsStore.find(database, scope, id))!,
    countUsers: async ({ id }: TestTenant): Promise<number> =>
      (await database.knex('users').where({ tenant_id: id })).length,
    kindsOf: async ({ id }: TestTenant): Promise<Record<string, number>> => {
      const rows = (await database.knex('activity').where({ tenant_id: id })) as { kind: string }[];
      return rows.reduce<Record<string, number>>((all, { kind }) => ({ ...all, [kind]: (all[kind] ?? 0) + 1 }), {});
    },
  };
}

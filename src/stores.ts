import type { Database } from './platform/database/database.ts';
import { activityStore } from './core/activity/activity.store.ts';
import { approvalsStore } from './core/approvals/approvals.store.ts';
import { activityTrimStore } from './core/activity/trim.store.ts';
import { dashboardStore } from './core/accounts/stores/dashboard.store.ts';
import { directoryStore } from './core/directory/directory.store.ts';
import { importsStore } from './core/imports/imports.store.ts';
import { importRunsStore } from './core/imports/run.store.ts';
import { importPasswordsStore } from './core/imports/passwords.store.ts';
import { movesStore } from './core/moving/moves.store.ts';
import { movingStore } from './core/moving/moving.store.ts';
import { linksStore } from './core/accounts/stores/links.store.ts';
import { deliveriesStore } from './core/activity/deliveries.store.ts';
import { noticesStore } from './core/notices/notices.store.ts';
import { credentialsStore } from './core/accounts/stores/credentials.store.ts';
import { erasureCountsStore } from './core/personal-data/erasure.counts.store.ts';
import { erasureStore } from './core/personal-data/erasure.store.ts';
import { personalDataStore } from './core/personal-data/personal-data.store.ts';
import { trustedClockStore } from './core/retention/trusted-clock.store.ts';
import { secondFactorsStore } from './core/accounts/stores/second-factors.store.ts';
import { seedsStore } from './core/accounts/stores/seeds.store.ts';
import { sessionsStore } from './core/accounts/stores/sessions.store.ts';
import { setupStore } from './core/accounts/stores/set-up.store.ts';
import { supportGrantsStore } from './core/accounts/stores/support-grants.store.ts';
import { supportStore } from './core/support/support.store.ts';
import { tenantsStore } from './core/accounts/stores/tenants.store.ts';
import { usersBatchStore } from './core/accounts/stores/users.batch.store.ts';
import { usersStore } from './core/accounts/stores/users.store.ts';

/** Every store of a region, bound to one database or to one transaction of it. */
export interface Stores extends ReturnType<typeof bindStores> {
  /** Binds all stores to one transaction: what is written and what is recorded of it stand or fall together. */
  transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  /** Binds all stores to the database as it is at one moment, to read only. */
  snapshot<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
}

function bindStores(database: Database) {
  return {
    activity: activityStore(database),
    activityTrims: activityTrimStore(database),
    credentials: credentialsStore(database),
    dashboard: dashboardStore(database),
    directory: directoryStore(database),
    approvals: approvalsStore(database),
    imports: importsStore(database),
    importRuns: importRunsStore(database),
    importPasswords: importPasswordsStore(database),
    moving: movingStore(database),
    moves: movesStore(database),
    erasure: erasureStore(database),
    erasureCounts: erasureCountsStore(database),
    links: linksStore(database),
    deliveries: deliveriesStore(database),
    notices: noticesStore(database),
    personalData: personalDataStore(database),
    secondFactors: secondFactorsStore(database),
    seeds: seedsStore(database),
    sessions: sessionsStore(database),
    setup: setupStore(database),
    support: supportStore(database),
    supportGrants: supportGrantsStore(database),
    tenants: tenantsStore(database),
    trustedClock: trustedClockStore(database),
    users: usersStore(database),
    usersBatch: usersBatchStore(database),
  };
}

export function createStores(database: Database): Stores {
  return {
    ...bindStores(database),
    transaction: (work) => database.transaction((within) => work(createStores(within))),
    snapshot: (work) => database.snapshot((within) => work(createStores(within))),
  };
}

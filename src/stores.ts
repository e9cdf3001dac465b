import type { Database } from './data/database.ts';
import { activityStore } from './features/activity/activity.store.ts';
import { approvalsStore } from './features/approvals/approvals.store.ts';
import { activityTrimStore } from './features/activity/activity.trim.store.ts';
import { dashboardStore } from './features/dashboard/dashboard.store.ts';
import { directoryStore } from './features/directory/directory.store.ts';
import { importsStore } from './features/imports/imports.store.ts';
import { importRunsStore } from './features/imports/imports.run.store.ts';
import { importPasswordsStore } from './features/imports/imports.passwords.store.ts';
import { movesStore } from './features/moving/moves.store.ts';
import { movingStore } from './features/moving/moving.store.ts';
import { linksStore } from './features/links/links.store.ts';
import { noticesStore } from './features/notices/notices.store.ts';
import { credentialsStore } from './features/passwords/credentials.store.ts';
import { erasureCountsStore } from './features/personal-data/erasure.counts.store.ts';
import { erasureStore } from './features/personal-data/erasure.store.ts';
import { personalDataStore } from './features/personal-data/personal-data.store.ts';
import { trustedClockStore } from './features/retention/trusted-clock.store.ts';
import { secondFactorsStore } from './features/second-factor/second-factors.store.ts';
import { seedsStore } from './features/second-factor/seeds.store.ts';
import { sessionsStore } from './features/sessions/sessions.store.ts';
import { setupStore } from './features/setup/setup.store.ts';
import { supportStore } from './features/support/support.store.ts';
import { tenantsStore } from './features/tenants/tenants.store.ts';
import { usersBatchStore } from './features/users/users.batch.store.ts';
import { usersStore } from './features/users/users.store.ts';

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
    notices: noticesStore(database),
    personalData: personalDataStore(database),
    secondFactors: secondFactorsStore(database),
    seeds: seedsStore(database),
    sessions: sessionsStore(database),
    setup: setupStore(database),
    support: supportStore(database),
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

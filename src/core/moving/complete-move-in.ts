import type { Scope } from '../../domain/scope.ts';
import type { Database } from '../../platform/database/database.ts';
import {
  type IssuedPassword,
  type Tenant,
  credentialsStore,
  setupTokenStore,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import { directoryStore } from '../directory/index.ts';
import type { BundleHeader } from './bundle.ts';
import type { MovingDependencies, StoreKey } from './dependencies.ts';
import type { TableSummary } from './table-digests.ts';
import * as movesStore from './moves.store.ts';
import * as movingStore from './moving.store.ts';

export interface MovedIn {
  readonly header: BundleHeader;
  readonly tables: readonly TableSummary[];
  /** The temporary passwords of the Global admins, to show once. Empty unless all passwords were reset. */
  readonly passwords: readonly { readonly username: string; readonly temporaryPassword: string }[];
  /** Whether a language that this region does not offer was replaced for the tenant, and for how many users. */
  readonly relanguaged: { readonly company: boolean; readonly users: number };
}

/** A bundle whose content was checked. */
export interface CheckedBundle {
  readonly header: BundleHeader;
  readonly tables: readonly TableSummary[];
  readonly issued: ReadonlyMap<string, IssuedPassword>;
  readonly storeKey: StoreKey;
}

/** Records the move, opens the tenant in its former state, and routes its domains to this region. */
export async function completeMoveIn(
  parts: MovingDependencies,
  tx: Database,
  checked: CheckedBundle,
): Promise<MovedIn['passwords']> {
  const { header, tables, issued } = checked;
  const { tenant: moved, from, passwords } = header;
  const now = parts.clock();
  await checked.storeKey(tx);
  await movesStore.add(tx, {
    id: header.move,
    direction: 'in',
    state: 'done',
    tenantId: moved.id,
    region: from.region,
    domains: moved.domains,
    passwords,
    stateBefore: moved.state,
    summary: tables,
    report: null,
    beganAt: now,
    endedAt: now,
  });
  await tenantsStore.setState(tx, moved.id, moved.state);
  await setupTokenStore.close(tx);
  await directoryStore.upsert(
    tx,
    moved.domains.map((domain) => ({ domain, region: parts.rules.region })),
  );
  const tenant = await tenantsStore.findForOperator(tx, moved.id);
  const scope = parts.tenants.operatorScope(tenant as Tenant);
  await activityStore.record(tx, scope, { kind: 'tenant.movedIn', region: from.region, passwords }, null, now);
  return passwords === 'keep' ? [] : resetAll(parts, tx, scope, issued);
}

/** Makes all passwords unusable, and issues temporary ones to the Global admins. */
async function resetAll(
  { hasher, clock }: MovingDependencies,
  tx: Database,
  scope: Scope,
  issued: CheckedBundle['issued'],
): Promise<MovedIn['passwords']> {
  const now = clock();
  await movingStore.resetAllPasswords(tx, scope.tenant.id, hasher.decoy, now);
  const shown = [];
  for (const [id, { clearText, stored }] of issued) {
    const admin = await usersStore.find(tx, scope, id);
    if (admin === null) continue;
    await credentialsStore.replace(tx, scope, id, admin.epoch, stored);
    await activityStore.record(tx, scope, { kind: 'password.reset', expiresAt: stored.until }, id, now);
    shown.push({ username: admin.username, temporaryPassword: clearText });
  }
  return shown;
}

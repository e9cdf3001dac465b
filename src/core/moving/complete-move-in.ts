import type { Scope } from '../../domain/scope.ts';
import { adaptRules } from '../../domain/adapt-rules.ts';
import type { TenantRule } from '../../domain/tenant-rules.ts';
import type { Database } from '../../platform/database/database.ts';
import {
  changesBetween,
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
import { getTenant } from './get-tenant.ts';
import type { TableSummary } from './table-digests.ts';
import * as movesStore from './moves.store.ts';
import * as movingStore from './moving.store.ts';

export interface MovedIn {
  readonly header: BundleHeader;
  readonly tables: readonly TableSummary[];
  /** The temporary passwords of the Global admins, to show once. Empty unless all passwords were reset. */
  readonly passwords: readonly { readonly username: string; readonly temporaryPassword: string }[];
  /**
   * Whether the tenant's language was replaced because this region does not offer it, and the number of users whose
   * language was replaced.
   */
  readonly relanguaged: { readonly company: boolean; readonly users: number };
  /**
   * The tenant's own rules that were changed because this region's rules are at least as strict or have different
   * bounds.
   */
  readonly adaptedRules: readonly TenantRule[];
}

/** A bundle whose content was checked. */
export interface CheckedBundle {
  readonly header: BundleHeader;
  readonly tables: readonly TableSummary[];
  readonly issued: ReadonlyMap<string, IssuedPassword>;
  readonly storeKey: StoreKey;
  /** The language of the tenant in the source region. */
  readonly language: string;
}

/** Records the move, opens the tenant in its former state, and routes its domains to this region. */
export async function completeMoveIn(
  parts: MovingDependencies,
  tx: Database,
  checked: CheckedBundle,
): Promise<Pick<MovedIn, 'passwords' | 'adaptedRules'>> {
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
  const tenant = await getTenant(tx, moved.id);
  const scope = parts.tenants.operatorScope(tenant);
  await activityStore.record(tx, scope, { kind: 'tenant.movedIn', region: from.region, passwords }, null, now);
  const adaptedRules = await adaptOwnRules(parts, tx, scope, tenant);
  return { passwords: passwords === 'keep' ? [] : await resetAll(parts, tx, scope, issued), adaptedRules };
}

/** Limits the tenant's own rules to what this region allows, and records the changes. */
async function adaptOwnRules(
  { rules, clock }: MovingDependencies,
  tx: Database,
  scope: Scope,
  { ownRules }: Tenant,
): Promise<TenantRule[]> {
  const adapted = adaptRules(ownRules, rules);
  const changes = changesBetween(ownRules, adapted);
  if (changes.length === 0) return [];
  await tenantsStore.setOwnRules(tx, scope, adapted);
  await activityStore.record(tx, scope, { kind: 'tenant.rulesChanged', rules: changes }, null, clock());
  return changes.map(({ rule }) => rule);
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

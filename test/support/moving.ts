import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { verifySignerKey } from '../../src/cli/region-keys.ts';
import { overwriteDeleted } from '../../src/platform/database/overwrite.ts';
import type { MovedPasswords } from '../../src/domain/activity/event.ts';
import { generateSigningKey } from '../../src/platform/keys/region-key.ts';
import { finishMove, type MoveReport } from '../../src/core/moving/finish-move.ts';
import type { MovedIn } from '../../src/core/moving/complete-move-in.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { moveOut } from '../../src/core/moving/move-out.ts';
import { receiptOf } from '../../src/core/moving/receipt.ts';
import { tenantTables } from '../../src/core/moving/tenant-tables.ts';
import type { MovingDependencies } from '../../src/core/moving/dependencies.ts';
import { openPortal, type Portal } from './portal.ts';

/** One of two regions, with the keys that sign and decrypt its bundles. */
export interface MovingRegion {
  readonly portal: Portal;
  readonly parts: MovingDependencies;
  readonly identity: string;
  readonly recipient: string;
}

export async function aMovingRegion(region: 'worldwide' | 'germany', databaseUrl?: string): Promise<MovingRegion> {
  const environment = { REGION: region, TRUST_PROXY: '1' };
  const portal = await openPortal({ environment, ...(databaseUrl ? { databaseUrl } : {}) });
  const { database, tenants, hasher, config, clock } = portal;
  const identity = await generateIdentity();
  const parts: MovingDependencies = {
    ...{
      database,
      tenants,
      hasher,
      rules: config.rules,
      regionUrls: config.regionUrls,
      signingKey: generateSigningKey(),
    },
    checkKey: (signer, what) => verifySignerKey(database, signer, what, { confirm: () => Promise.resolve(true) }),
    clock: () => clock.now,
  };
  return { portal, parts, identity, recipient: await identityToRecipient(identity) };
}

let files = 0;
export const bundleFile = ({ portal }: MovingRegion): string =>
  path.join(portal.config.dataDirectory, `bundle-${files++}.age`);

/** Advances the clock that is behind, because a bundle with future times is refused. */
export function synchronizeClocks(...regions: readonly MovingRegion[]): void {
  const now = Math.max(...regions.map(({ portal }) => portal.clock.now));
  for (const { portal } of regions) portal.clock.now = now;
}

/** Exports a tenant as a bundle for another region. @returns the path of the file */
export async function exportBundle(
  from: MovingRegion,
  to: MovingRegion,
  tenantId: string,
  passwords: MovedPasswords = 'keep',
): Promise<string> {
  const file = bundleFile(to);
  const { recipient, parts } = to;
  synchronizeClocks(from, to);
  await moveOut(from.parts, { tenantId, to: parts.rules.region, recipient, passwords, file });
  return file;
}

/** Moves a tenant completely: exports it, imports it, and deletes it in the old region. */
export async function moveTenant(
  from: MovingRegion,
  to: MovingRegion,
  tenantId: string,
  passwords: MovedPasswords = 'keep',
): Promise<{ taken: MovedIn; report: MoveReport; file: string }> {
  const file = await exportBundle(from, to, tenantId, passwords);
  const taken = await moveIn(to.parts, file, to.identity);
  const report = await finishMove(from.parts, tenantId, await receiptOf(to.parts, tenantId));
  const { database, config } = from.portal;
  const tables = [...tenantTables.map(({ name }) => name), 'users_search'];
  if (!(await overwriteDeleted(database, tables))) throw new Error(`${config.dataDirectory} was busy`);
  return { taken, report, file };
}

/** @returns the names of all tables of the schema */
export async function tablesOf({ database }: Portal): Promise<string[]> {
  if (database.dialect === 'sqlite') {
    const rows = await database.knex('sqlite_master').where({ type: 'table' }).select<{ name: string }[]>('name');
    return rows.map(({ name }) => name);
  }
  const { rows } = await database.knex.raw<{ rows: { name: string }[] }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  return rows.map(({ name }) => name);
}

/** @returns everything that a region stores: all rows and, for SQLite, all bytes of the database files */
export async function storedDataOf({ portal }: MovingRegion): Promise<string> {
  const tables = await tablesOf(portal);
  const rows = await Promise.all(tables.map(async (name): Promise<unknown> => portal.database.knex(name).select()));
  const folder = portal.config.dataDirectory;
  const bytes = readdirSync(folder)
    .filter((name) => name.startsWith('parvis.sqlite'))
    .map((name) => readFileSync(path.join(folder, name), 'latin1'));
  return [JSON.stringify(rows), ...bytes].join('\n');
}

/** @returns the number of rows in each table */
export async function rowCountsOf({ portal }: MovingRegion): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of (await tablesOf(portal)).sort()) {
    const [row] = await portal.database.knex(name).count<{ count: number }[]>({ count: '*' });
    counts[name] = Number(row?.count);
  }
  return counts;
}

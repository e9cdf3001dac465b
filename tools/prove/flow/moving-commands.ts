import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StepFault, type Scenario } from '../scenario.ts';

/** The files and keys with which the operators of both regions move the tenant. */
export interface Transit {
  /** @returns the path of a file that both operators can read */
  readonly file: (name: string) => string;
  /** The fingerprint of the destination's key, which the source must accept. */
  readonly fingerprint: string;
  /** The encryption key of the destination. */
  readonly recipient: string;
}

/** Runs `act` with a folder outside both regions for the bundle and the statements. */
export async function inTransit(there: Scenario, act: (transit: Transit) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'parvis-transit-'));
  try {
    const key = JSON.parse(await there.region.command(['region', 'key', '--json'])) as Omit<Transit, 'file'>;
    await act({ recipient: key.recipient, fingerprint: key.fingerprint, file: (name) => path.join(folder, name) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Exports the moving tenant. @returns the path of the encrypted bundle */
export async function exportBundle(here: Scenario, there: Scenario, transit: Transit): Promise<string> {
  const bundle = transit.file('bundle');
  const destination = ['--to', there.region.id, '--recipient', transit.recipient];
  const options = [...destination, '--passwords', 'keep', '--file', bundle, '--yes', '--json'];
  await here.region.command(['tenant', 'move-out', here.tenant.tenantId, ...options]);
  here.exports.push({
    name: 'bundle of a tenant that moves',
    text: readFileSync(bundle, 'latin1'),
    encrypted: true,
  });
  return bundle;
}

/** Imports the bundle at the destination. @returns the path of the receipt */
export async function importBundle(there: Scenario, bundle: string, transit: Transit): Promise<string> {
  const receipt = transit.file('receipt');
  await there.region.command(['tenant', 'move-in', bundle, '--receipt', receipt, '--json']);
  return receipt;
}

const maxAttempts = 5;

/**
 * Runs a command up to five times, because it fails while the database files are busy. The command must be repeatable.
 */
export async function runWithRetries(scenario: Scenario, args: readonly string[], attempt = 1): Promise<string> {
  try {
    return await scenario.region.command(args);
  } catch (error) {
    if (attempt === maxAttempts) throw error;
    return runWithRetries(scenario, args, attempt + 1);
  }
}

/** The row counts of one table before and after a command deleted the tenant. */
export interface DeletedRows {
  readonly table: string;
  readonly was: number;
  readonly left: number;
}

/**
 * @param printed the JSON output of a command that deletes the tenant
 * @throws StepFault if rows remain
 */
export function deletedRowsIn(printed: string): DeletedRows[] {
  const { tables } = JSON.parse(printed) as { tables: DeletedRows[] };
  const left = tables.filter(({ left: rows }) => rows > 0).map(({ table }) => table);
  if (left.length > 0) throw new StepFault(`rows remain in ${left.join(', ')}`);
  return tables;
}

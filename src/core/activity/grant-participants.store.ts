import type { Database } from '../../platform/database/database.ts';
import { findGrant } from '../../domain/activity/personal.ts';
import type { Scope } from '../../domain/scope.ts';

/** The operator and the granting user of a support grant; a name is null if that user was erased. */
export interface GrantParticipants {
  readonly operator: { readonly id: string; readonly name: string | null };
  readonly grantedBy: { readonly id: string; readonly name: string | null };
}

interface GrantParticipantsRow {
  id: string;
  operator_id: string;
  operator_name: string | null;
  granted_by: string;
  granter_name: string | null;
}

/**
 * Finds the participants of the support grants to which log entries refer. A join cannot find them, because operators
 * belong to another tenant.
 */
export async function findGrantParticipants(
  database: Database,
  scope: Scope,
  entries: readonly { data: string; personal: string | null }[],
): Promise<ReadonlyMap<string, GrantParticipants>> {
  const ids = [...new Set(entries.flatMap((entry) => findGrant(entry)?.id ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await database
    .knex('support_grants as grants')
    .leftJoin('users as operators', 'operators.id', 'grants.operator_id')
    .leftJoin('users as granters', (join) =>
      join.on('granters.id', 'grants.granted_by').andOn('granters.tenant_id', 'grants.tenant_id'),
    )
    .where('grants.tenant_id', scope.tenant.id)
    .whereIn('grants.id', ids)
    .select('grants.id', 'grants.operator_id', 'grants.granted_by')
    .select<GrantParticipantsRow[]>({ operator_name: 'operators.display_name', granter_name: 'granters.display_name' });
  return new Map(
    rows.map((row) => [
      row.id,
      {
        operator: { id: row.operator_id, name: row.operator_name },
        grantedBy: { id: row.granted_by, name: row.granter_name },
      },
    ]),
  );
}

/** A table that contains rows of tenants. */
export interface TenantTable {
  readonly name: string;
  /** The SQL condition for the tenant's rows. `?` is bound to the tenant's ID. */
  readonly owned: string;
  /** An additional condition for the rows to move; null to move all rows. */
  readonly movedCondition: string | null;
  /** The sort order in the bundle; null for a table that is not moved but deleted with the tenant. */
  readonly order: { readonly column: string; readonly isText: boolean } | null;
  /**
   * Columns that are not moved: values that each database assigns, such as sequence numbers, and second-factor data.
   */
  readonly local: readonly string[];
  /** Columns that are moved with a computed value instead of the stored one, with their SQL expressions. */
  readonly derived: Readonly<Record<string, string>>;
}

const ofTenantUser = 'in (select id from users where tenant_id = ?)';
// Uses `exists`, which looks up each user. With `in`, SQLite would build the list of IDs again for every thousand rows
// of a large tenant.
const existsTenantUser = 'exists (select 1 from users where users.id = credentials.user_id and users.tenant_id = ?)';
const ofTenantImport = 'import_id in (select id from imports where tenant_id = ?)';

const localTable = (name: string, owned: string): TenantTable => ({
  name,
  owned,
  movedCondition: null,
  order: null,
  local: [],
  derived: {},
});
const movedTable = (
  name: string,
  owned: string,
  column: string,
  own: Partial<Pick<TenantTable, 'movedCondition' | 'local' | 'derived'>> = {},
): TenantTable => ({
  name,
  owned,
  movedCondition: null,
  order: { column, isText: !own.local?.includes(column) && column !== 'place' },
  local: [],
  derived: {},
  ...own,
});

/**
 * All tables with rows of tenants, each after the tables that it references. Add every new table that references a
 * tenant or a user: a test compares this list with the schema.
 */
export const tenantTables: readonly TenantTable[] = [
  movedTable('tenants', 'id = ?', 'id'),
  movedTable('tenant_domains', 'tenant_id = ?', 'domain'),
  // Second factors are encrypted with a key of the source region, so users must enroll again in the new one. The
  // destination computes the keys for sorting and searching.
  movedTable('users', 'tenant_id = ?', 'number', {
    local: ['number', 'second_factor_at', 'name_key', 'search_words'],
    derived: { second_factor_due: 'case when second_factor_at is null then second_factor_due else 1 end' },
  }),
  // The destination assigns new IDs in the same order. Second factors are not moved.
  movedTable('credentials', existsTenantUser, 'id', {
    movedCondition: "kind = 'password'",
    local: ['id', 'key_id', 'used_steps', 'previous_secret'],
  }),
  movedTable('activity', 'tenant_id = ?', 'place', { local: ['id'] }),
  // Sessions, pending requests, deliveries and staged imports stay in the source region.
  localTable('user_sessions', `user_id ${ofTenantUser}`),
  localTable('approvals', 'tenant_id = ?'),
  localTable('one_time_links', 'tenant_id = ?'),
  localTable('support_grants', 'tenant_id = ?'),
  localTable('deliveries', 'tenant_id = ?'),
  localTable('imports', 'tenant_id = ?'),
  localTable('import_rows', ofTenantImport),
];

export const movedTables = tenantTables.filter(({ order }) => order !== null);

/** The tables with rows that are not moved but deleted with the tenant in the source region. */
export const unmovedTables = tenantTables.filter(
  ({ order, movedCondition }) => order === null || movedCondition !== null,
);

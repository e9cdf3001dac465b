/** A table in which a tenant has rows. */
export interface TenantTable {
  readonly name: string;
  /** Which of its rows are the tenant's: `?` stands for the tenant's id. */
  readonly owned: string;
  /** Which of these travel, as a condition; null for all of them. */
  readonly movedCondition: string | null;
  /** By what its rows are put in order to travel; null where they stay behind, and end with the tenant. */
  readonly order: { readonly column: string; readonly isText: boolean } | null;
  /** Columns that each database fills in by itself, such as numbers that it gives out. */
  readonly local: readonly string[];
  /** Columns that travel with another value than the stored one: by their names, the expression that gives it. */
  readonly derived: Readonly<Record<string, string>>;
}

const ofTenantUser = 'in (select id from users where tenant_id = ?)';
// Looked up user by user: as a list of ids SQLite would make it anew for every thousand rows of a large tenant.
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
 * Every table that holds something of a tenant, each behind those that it refers to. A new one that refers to a tenant
 * or a user belongs here: a test compares this list with the schema.
 */
export const tenantTables: readonly TenantTable[] = [
  movedTable('tenants', 'id = ?', 'id'),
  movedTable('tenant_domains', 'tenant_id = ?', 'domain'),
  // A second factor is sealed by a key of the region in which it was set up: its users must enroll again there.
  movedTable('users', 'tenant_id = ?', 'number', {
    local: ['number', 'second_factor_at'],
    derived: { second_factor_due: 'case when second_factor_at is null then second_factor_due else 1 end' },
  }),
  // Every database numbers them anew, in the same order. A second factor stays behind.
  movedTable('credentials', existsTenantUser, 'id', {
    movedCondition: "kind = 'password'",
    local: ['id', 'key_id', 'last_step'],
  }),
  movedTable('activity', 'tenant_id = ?', 'place', { local: ['id'] }),
  // Who is signed in, what waits to be sent and what was only staged belongs to the region in which it was begun.
  localTable('user_sessions', `user_id ${ofTenantUser}`),
  localTable('approvals', 'tenant_id = ?'),
  localTable('one_time_links', 'tenant_id = ?'),
  localTable('support_grants', 'tenant_id = ?'),
  localTable('deliveries', 'tenant_id = ?'),
  localTable('imports', 'tenant_id = ?'),
  localTable('import_rows', ofTenantImport),
];

export const movedTables = tenantTables.filter(({ order }) => order !== null);

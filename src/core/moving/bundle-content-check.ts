import type { z } from 'zod';
import { sha256 } from '../../platform/database/digest.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';
import { createChainVerifier } from '../../domain/activity/chain.ts';
import { domainOf } from '../../domain/people/user.ts';
import { toFoundEntry, type ActivityRow } from '../activity/index.ts';
import type { BundleHeader, BundleRow } from './bundle.ts';
import { createRowSchemas } from './bundle-row-schemas.ts';
import { MoveFault } from './move-fault.ts';

type Row = Readonly<Record<string, string | number | null>>;
type Schemas = ReturnType<typeof createRowSchemas>;
type RowOf<Table extends keyof Schemas> = z.infer<Schemas[Table]>;

/**
 * Checks the rows of a bundle in order. A bundle, even from a compromised region, may insert only one of that region's
 * own tenants, and only values that could have been stored there.
 */
export class BundleContentCheck {
  readonly #header: BundleHeader;
  readonly #hasher: Pick<Hasher, 'isAcceptable'>;
  readonly #schemas: Schemas;
  readonly #columnsOf: ReadonlyMap<string, readonly string[]>;
  readonly #order: readonly string[];
  readonly #adminIds: string[] = [];
  readonly #domains: string[] = [];
  /** The users whose credential has not been read yet, and whether their password is temporary. */
  readonly #withoutPassword = new Map<string, boolean>();
  /** The language of the tenant; empty until the tenant's row is read. */
  language = '';
  #chain = createChainVerifier(sha256);
  #chainEnd = { length: 0, hash: '' };
  #secondFactorsDue = 0;
  #place = 0;
  #tenants = 0;
  #rowsInTable = 0;

  /** @param now the current time, epoch ms */
  constructor(header: BundleHeader, hasher: Pick<Hasher, 'isAcceptable'>, now: number) {
    this.#header = header;
    this.#hasher = hasher;
    this.#schemas = createRowSchemas(now);
    this.#columnsOf = new Map(header.tables.map(({ name, columns }) => [name, columns]));
    this.#order = [...this.#columnsOf.keys()];
  }

  /**
   * Checks the next row.
   * @throws MoveFault if the row does not belong in the bundle; it names the row and the field
   */
  next({ table, cells }: BundleRow): void {
    const columns = this.#columnsOf.get(table) ?? [];
    const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null]));
    const place = this.#order.indexOf(table);
    if (place < this.#place) throw new MoveFault('content', `order of ${table}`);
    this.#rowsInTable = place === this.#place ? this.#rowsInTable + 1 : 1;
    this.#place = place;
    if ('tenant_id' in row && row.tenant_id !== this.#header.tenant.id) throw this.#fault(table, 'tenant_id');
    this.#checkRow(table, row);
  }

  /**
   * Checks the bundle as a whole, after all rows.
   * @returns the IDs of the active Global admins
   * @throws MoveFault
   */
  end(): string[] {
    const { tenant, secondFactors } = this.#header;
    const domains = this.#domains;
    const same = domains.length === tenant.domains.length && domains.every((each) => tenant.domains.includes(each));
    if (this.#tenants !== 1 || !same) throw new MoveFault('content', 'tenants');
    if (this.#withoutPassword.size > 0) throw new MoveFault('content', 'credentials of users');
    // Every tenant needs at least one active Global admin, who can manage the other users.
    if (this.#adminIds.length === 0) throw new MoveFault('content', 'users: no active Global admin');
    if (this.#secondFactorsDue !== (secondFactors ?? this.#secondFactorsDue))
      throw new MoveFault('content', 'users: second_factor_due');
    if (this.#chain.end(this.#chainEnd.length, this.#chainEnd.hash) !== null) throw new MoveFault('chain');
    return this.#adminIds;
  }

  #checkRow(table: string, row: Row): void {
    if (table === 'tenants') this.#checkTenant(this.#parsed('tenants', row));
    if (table === 'tenant_domains') this.#domains.push(this.#parsed('tenant_domains', row).domain);
    if (table === 'users') this.#checkUser(this.#parsed('users', row));
    if (table === 'credentials') this.#checkCredential(this.#parsed('credentials', row));
    if (table === 'activity') {
      this.#parsed('activity', row);
      if (this.#chain.next(toFoundEntry(row as unknown as ActivityRow)) !== null) throw new MoveFault('chain');
    }
  }

  #parsed<Table extends keyof Schemas>(table: Table, row: Row): RowOf<Table> {
    const { data, error } = this.#schemas[table].safeParse(row);
    if (error !== undefined) throw this.#fault(table, error.issues[0]?.path.join('.') ?? '');
    return data as RowOf<Table>;
  }

  /** The message contains no values from the bundle, because they could contain terminal escape sequences. */
  #fault(table: string, field: string): MoveFault {
    return new MoveFault('content', `row ${this.#rowsInTable} of ${table}: ${field}`);
  }

  #checkTenant(row: RowOf<'tenants'>): void {
    const { tenant } = this.#header;
    if (row.id !== tenant.id || ++this.#tenants > 1) throw this.#fault('tenants', 'id');
    if (row.name !== tenant.name) throw this.#fault('tenants', 'name');
    this.language = row.language;
    this.#chainEnd = { length: row.activity_length, hash: row.activity_hash };
    // The log continues from the last entry that was trimmed.
    this.#chain = createChainVerifier(sha256, { place: row.activity_anchor_place, hash: row.activity_anchor_hash });
  }

  #checkUser({ id, username, state, password, administrator_level, second_factor_due }: RowOf<'users'>): void {
    if (!this.#header.tenant.domains.includes(domainOf(username))) throw this.#fault('users', 'username');
    if (this.#withoutPassword.has(id)) throw this.#fault('users', 'id');
    this.#withoutPassword.set(id, password === 'temporary');
    this.#secondFactorsDue += second_factor_due;
    if (state === 'active' && administrator_level === 'global') this.#adminIds.push(id);
  }

  // Each user of the bundle must have exactly one credential. Otherwise a bundle could add a credential to an existing
  // user.
  #checkCredential({ user_id, secret }: RowOf<'credentials'>): void {
    const isTemporary = this.#withoutPassword.get(user_id);
    if (isTemporary === undefined) throw this.#fault('credentials', 'user_id');
    this.#withoutPassword.delete(user_id);
    const isValid = this.#header.passwords === 'reset' ? secret === '' : this.#hasher.isAcceptable(secret, isTemporary);
    if (!isValid) throw this.#fault('credentials', 'secret');
  }
}

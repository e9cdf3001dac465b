import { z } from 'zod';
import { sha256 } from '../../platform/database/digest.ts';
import { createChainVerifier } from '../../domain/activity/chain.ts';
import { choiceRuleNames, choiceRules, numericRuleNames } from '../../domain/tenant-rules.ts';
import { languageTag } from '../../domain/regions.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { domainOf, isUsername } from '../../domain/people/user.ts';
import { toFoundEntry, type ActivityRow } from '../activity/index.ts';
import type { BundleHeader, BundleRow } from './bundle.ts';
import { MoveFault } from './move-fault.ts';

type Row = Readonly<Record<string, string | number | null>>;

// The maximum cost of a hash, because each sign-in verifies one. The hashes that Parvis creates cost far less.
const maxMemoryKiB = 131_072;
const maxPasses = 20;
const maxLanes = 16;

function isAffordable(hash: string): boolean {
  const [, memory, passes, lanes] = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$/.exec(hash) ?? [];
  return Number(memory) <= maxMemoryKiB && Number(passes) <= maxPasses && Number(lanes) <= maxLanes;
}

const time = z.number().int().min(0);
const ownRulesSchema = z.strictObject({
  ...mapped(numericRuleNames, () => z.number().int().min(1).optional()),
  ...mapped(choiceRuleNames, (name) => z.enum(choiceRules[name].choices).optional()),
});
const tenantSchema = z.object({
  language: z.string().regex(languageTag),
  state: z.literal('moving'),
  name: z.string().max(200),
  // The operators' tenant cannot be moved: otherwise tenants of this region could grant access to operators of another
  // region.
  kind: z.literal('partner'),
  listed: z.union([z.literal(0), z.literal(1)]),
  created_at: time,
  pseudonym_key: z.base64url().max(100).nullable(),
  own_rules: z.string().refine((text) => ownRulesSchema.safeParse(json(text)).success),
  activity_length: z.number(),
  activity_hash: z.string(),
  activity_anchor_place: z.number(),
  activity_anchor_hash: z.string(),
});
const userSchema = z.object({
  id: z.string().min(1).max(100),
  username: z.string().refine(isUsername),
  administrator_level: z.enum(administratorLevels),
  agent_level: z.enum(agentLevels),
  global_admin_until: time.nullable(),
  language: z.string().regex(languageTag).nullable(),
  state: z.enum(['active', 'blocked', 'deleted']),
  password: z.enum(['own', 'temporary']),
  epoch: z.number().int().min(0),
  created_at: time,
  updated_at: time,
  temporary_until: time.nullable(),
  last_sign_in_at: time.nullable(),
  second_factor_due: z.union([z.literal(0), z.literal(1)]),
  deleted_at: time.nullable(),
});
const credentialSchema = z.object({
  user_id: z.string(),
  kind: z.literal('password'),
  secret: z.string(),
  set_by: z.string().nullable(),
  created_at: time,
});

/**
 * Checks the rows of a bundle in order. Even a compromised region must not be able to insert anything but one of its
 * own tenants into another region.
 */
export class BundleContentCheck {
  readonly #header: BundleHeader;
  readonly #columnsOf: ReadonlyMap<string, readonly string[]>;
  readonly #order: readonly string[];
  readonly #adminIds: string[] = [];
  readonly #domains: string[] = [];
  readonly #withoutPassword = new Set<string>();
  #chain = createChainVerifier(sha256);
  #chainEnd = { length: 0, hash: '' };
  #secondFactorsDue = 0;
  #place = 0;
  #tenants = 0;

  constructor(header: BundleHeader) {
    this.#header = header;
    this.#columnsOf = new Map(header.tables.map(({ name, columns }) => [name, columns]));
    this.#order = [...this.#columnsOf.keys()];
  }

  /**
   * Checks the next row.
   * @throws MoveFault if the row does not belong in the bundle
   */
  next({ table, cells }: BundleRow): void {
    const columns = this.#columnsOf.get(table) ?? [];
    const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null]));
    const place = this.#order.indexOf(table);
    if (place < this.#place) throw new MoveFault('content', table);
    this.#place = place;
    if ('tenant_id' in row && row.tenant_id !== this.#header.tenant.id) throw new MoveFault('content', table);
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
    if (this.#withoutPassword.size > 0) throw new MoveFault('content', 'credentials');
    if (this.#secondFactorsDue !== (secondFactors ?? this.#secondFactorsDue))
      throw new MoveFault('content', 'users: second_factor_due');
    if (this.#chain.end(this.#chainEnd.length, this.#chainEnd.hash) !== null) throw new MoveFault('chain');
    return this.#adminIds;
  }

  #checkRow(table: string, row: Row): void {
    if (table === 'tenants') this.#checkTenant(row);
    if (table === 'tenant_domains') this.#domains.push(String(row.domain));
    if (table === 'users') this.#checkUser(row);
    if (table === 'credentials') this.#checkCredential(row);
    if (table === 'activity') this.#checkActivity(row);
  }

  #checkTenant(row: Row): void {
    const { tenant } = this.#header;
    const { data, error } = tenantSchema.safeParse(row);
    if (data === undefined) throw new MoveFault('content', `tenants: ${error.issues[0]?.path.join('.') ?? ''}`);
    if (row.id !== tenant.id || data.name !== tenant.name || ++this.#tenants > 1)
      throw new MoveFault('content', 'tenants');
    this.#chainEnd = { length: data.activity_length, hash: data.activity_hash };
    // The log continues from the last entry that was trimmed.
    this.#chain = createChainVerifier(sha256, { place: data.activity_anchor_place, hash: data.activity_anchor_hash });
  }

  #checkUser(row: Row): void {
    const { tenant } = this.#header;
    const { data } = userSchema.safeParse(row);
    if (data === undefined) throw new MoveFault('content', 'users');
    const { id, username, state, administrator_level } = data;
    if (!tenant.domains.includes(domainOf(username))) throw new MoveFault('content', `users: ${username}`);
    this.#withoutPassword.add(id);
    this.#secondFactorsDue += data.second_factor_due;
    if (state === 'active' && administrator_level === 'global') this.#adminIds.push(id);
  }

  // Each user of the bundle must have exactly one credential. Otherwise a bundle could add a credential to an existing
  // user.
  #checkCredential(row: Row): void {
    const { data } = credentialSchema.safeParse(row);
    if (data === undefined || !this.#withoutPassword.delete(data.user_id))
      throw new MoveFault('content', 'credentials');
    if (this.#header.passwords === 'reset' ? data.secret !== '' : !isAffordable(data.secret))
      throw new MoveFault('content', `credentials: ${data.user_id}`);
  }

  #checkActivity(row: Row): void {
    if (this.#chain.next(toFoundEntry(row as unknown as ActivityRow)) !== null) throw new MoveFault('chain');
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function mapped<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}

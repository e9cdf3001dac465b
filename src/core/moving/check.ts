import { z } from 'zod';
import { sha256 } from '../../platform/database/digest.ts';
import { createChainCheck } from '../../domain/activity/chain.ts';
import { ownChoiceNames, ownChoices, ownNumberNames } from '../../domain/tenant-rules.ts';
import { languages } from '../../domain/regions.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { domainOf, isUsername } from '../../domain/people/user.ts';
import { toFoundEntry, type ActivityRow } from '../activity/index.ts';
import type { BundleHeader, BundleRow } from './bundle.ts';
import { MoveFault } from './faults.ts';

type Row = Readonly<Record<string, string | number | null>>;

// What a sign-in with it may cost: no tag of ours asks for nearly as much.
const mostMemoryKiB = 131_072;
const mostPasses = 20;
const mostLanes = 16;

function isAffordable(tag: string): boolean {
  const [, memory, passes, lanes] = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$/.exec(tag) ?? [];
  return Number(memory) <= mostMemoryKiB && Number(passes) <= mostPasses && Number(lanes) <= mostLanes;
}

const time = z.number().int().min(0);
const ownRulesSchema = z.strictObject({
  ...mapped(ownNumberNames, () => z.number().int().min(1).optional()),
  ...mapped(ownChoiceNames, (name) => z.enum(ownChoices[name].choices).optional()),
});
const tenantSchema = z.object({
  language: z.enum(languages),
  state: z.literal('moving'),
  name: z.string().max(200),
  // A region's operators stay where its portal is: another region's would be let in by everybody here.
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
  password_hash: z.string(),
  administrator_level: z.enum(administratorLevels),
  agent_level: z.enum(agentLevels),
  global_admin_until: time.nullable(),
  language: z.enum(languages).nullable(),
  state: z.enum(['active', 'blocked', 'deleted']),
  password: z.enum(['own', 'temporary']),
  epoch: z.number().int().min(0),
  created_at: time,
  password_set_at: time,
  temporary_until: time.nullable(),
  last_sign_in_at: time.nullable(),
  second_factor_due: z.union([z.literal(0), z.literal(1)]),
  deleted_at: time.nullable(),
});

/** Follows the rows of a bundle: a region that was taken over must not put anything but one tenant of its own into another. */
export function createContentCheck({ tenant, tables, passwords, secondFactors }: BundleHeader) {
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns]));
  const order = [...columnsOf.keys()];
  let chain = createChainCheck(sha256);
  const admins: string[] = [];
  let toReplace = 0;
  let end = { length: 0, hash: '' };
  let reached = 0;
  let tenants = 0;
  const domains: string[] = [];

  function user(row: Row): void {
    const { data } = userSchema.safeParse(row);
    if (data === undefined) throw new MoveFault('content', 'users');
    const { id, username, state, administrator_level, password_hash } = data;
    if (!tenant.domains.includes(domainOf(username))) throw new MoveFault('content', `users: ${username}`);
    if (passwords === 'reset' ? password_hash !== '' : !isAffordable(password_hash))
      throw new MoveFault('content', `users: ${username}`);
    toReplace += data.second_factor_due;
    if (state === 'active' && administrator_level === 'global') admins.push(id);
  }

  function itself(row: Row): void {
    const { data, error } = tenantSchema.safeParse(row);
    if (data === undefined) throw new MoveFault('content', `tenants: ${error.issues[0]?.path.join('.') ?? ''}`);
    if (row.id !== tenant.id || data.name !== tenant.name || ++tenants > 1) throw new MoveFault('content', 'tenants');
    end = { length: data.activity_length, hash: data.activity_hash };
    // What is left of its log continues what was dropped.
    chain = createChainCheck(sha256, { place: data.activity_anchor_place, hash: data.activity_anchor_hash });
  }

  function entry(row: Row): void {
    if (chain.next(toFoundEntry(row as unknown as ActivityRow)) !== null) throw new MoveFault('chain');
  }

  const kinds: Readonly<Record<string, (row: Row) => void>> = {
    tenants: itself,
    tenant_domains: ({ domain }) => void domains.push(String(domain)),
    users: user,
    activity: entry,
  };

  return {
    /** @throws MoveFault for a row that does not belong into it */
    next: ({ table, cells }: BundleRow): void => {
      const columns = columnsOf.get(table) ?? [];
      const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null]));
      const place = order.indexOf(table);
      if (place < reached) throw new MoveFault('content', table);
      reached = place;
      if ('tenant_id' in row && row.tenant_id !== tenant.id) throw new MoveFault('content', table);
      kinds[table]?.(row);
    },
    /** @returns the ids of the active Global admins, once everything was read. @throws MoveFault */
    end: (): string[] => {
      const same = domains.length === tenant.domains.length && domains.every((each) => tenant.domains.includes(each));
      if (tenants !== 1 || !same) throw new MoveFault('content', 'tenants');
      if (toReplace !== (secondFactors ?? toReplace)) throw new MoveFault('content', 'users: second_factor_due');
      if (chain.end(end.length, end.hash) !== null) throw new MoveFault('chain');
      return admins;
    },
  };
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

import type { Knex } from 'knex';
import type { Build, Values } from '../../platform/database/database.ts';
import { activityKinds, kindsIn, type ActivityGroup, type ActivityKind } from '../../domain/activity/groups.ts';

/** A position in the log, which is sorted by time and then by the place in the chain. */
export interface LogPosition {
  /** Epoch ms. */
  readonly at: number;
  readonly place: number;
}

/** The filters of the log. A null filter matches every entry. */
export interface LogFilter {
  /** The ID of a user who is the actor or the target of the entries. */
  readonly user: string | null;
  readonly group: ActivityGroup | null;
  /** Epoch ms, inclusive. */
  readonly from: number | null;
  /** Epoch ms, exclusive. */
  readonly until: number | null;
}

export const wholeLog: LogFilter = { user: null, group: null, from: null, until: null };

/** A page of the log: up to `limit` entries between two positions, starting at the newest or the oldest. */
export interface LogRequest {
  readonly filter: LogFilter;
  readonly order: 'newestFirst' | 'oldestFirst';
  /** The position after which entries are selected, exclusive; null for no limit. */
  readonly after: LogPosition | null;
  /** The position before which entries are selected, exclusive; null for no limit. */
  readonly before: LogPosition | null;
  readonly limit: number;
}

/**
 * A range of an index: the entries of one kind or of all kinds, for one user as the actor or the target, or for all
 * users.
 */
interface IndexRange {
  readonly column: 'actor_id' | 'target_id' | null;
  readonly kind: ActivityKind | null;
}

const columns = [
  ...['tenant_id', 'place', 'hash', 'at', 'kind', 'data', 'actor_id', 'target_id', 'request_id'],
  ...['personal', 'personal_salt', 'personal_digest'],
].map((column) => `activity.${column}`);

const beginning: LogPosition = { at: 0, place: 0 };
const end: LogPosition = { at: Number.MAX_SAFE_INTEGER, place: 0 };

/** @returns the name of the prepared statement for a request, and the values to bind */
export function shapeOf({ filter, order, after, before, limit }: LogRequest): { name: string; values: Values } {
  const { user, group, from, until } = filter;
  const lower = later(after ?? beginning, from === null ? beginning : { at: from, place: 0 });
  const upper = earlier(before ?? end, until === null ? end : { at: until, place: 0 });
  return {
    name: ['activity', order, user !== null, group, limit].join(' '),
    values: {
      ...(user === null ? {} : { user }),
      lowerAt: lower.at,
      lowerPlace: lower.place,
      upperAt: upper.at,
      upperPlace: upper.place,
    },
  };
}

const compare = (one: LogPosition, other: LogPosition): number => one.at - other.at || one.place - other.place;
const later = (one: LogPosition, other: LogPosition): LogPosition => (compare(one, other) > 0 ? one : other);
const earlier = (one: LogPosition, other: LogPosition): LogPosition => (compare(one, other) < 0 ? one : other);

/**
 * Reads at most one page from each index range, starting at the page's position, and merges the results. The cost of a
 * page therefore depends neither on the filter nor on its position.
 */
export function selectLog(
  knex: Knex,
  $: Parameters<Build>[1],
  ranges: readonly IndexRange[],
  request: OrderAndLimit,
): Knex.QueryBuilder {
  const parts = ranges.map((range, index) =>
    knex.select('*').from(selectRange(knex, $, range, request).as(`part${index}`)),
  );
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('Reading the log requires at least one index range');
  // Use `union` and not `union all`, because entries for users' actions on their own accounts are in two ranges.
  const picked = first.union(others).orderBy(orderOf(request)).limit(request.limit);
  const entries = knex
    .from(picked.as('picked'))
    .join('activity', (join) =>
      join.on('activity.place', 'picked.place').andOn('activity.tenant_id', '=', knex.raw('?', [$('tenant')])),
    )
    .leftJoin('activity as previous', (join) =>
      join.on('previous.tenant_id', 'activity.tenant_id').andOn('previous.place', '=', knex.raw('activity.place - 1')),
    );
  return (
    joinNames(entries)
      // The oldest remaining entry continues the chain from the last deleted one.
      .select({ previous_hash: knex.raw('coalesce(previous.hash, tenants.activity_anchor_hash)') })
      .orderBy(orderOf(request, 'picked.'))
  );
}

/** Adds the columns of the entries and the names of their participants to a query of the activity log. */
export const joinNames = (entries: Knex.QueryBuilder): Knex.QueryBuilder =>
  entries
    .leftJoin('users as actor', nameOf('actor'))
    .leftJoin('users as target', nameOf('target'))
    .join('tenants', 'tenants.id', 'activity.tenant_id')
    .select(columns)
    .select({ actor_name: 'actor.display_name', target_name: 'target.display_name' })
    .select('tenants.pseudonym_key');

type OrderAndLimit = Pick<LogRequest, 'order' | 'limit'>;

// Join only users of the same tenant, even if an entry contains the ID of another user.
const nameOf =
  (who: 'actor' | 'target'): Knex.JoinCallback =>
  (join) =>
    join.on(`${who}.id`, `activity.${who}_id`).andOn(`${who}.tenant_id`, 'activity.tenant_id');

const orderOf = ({ order }: OrderAndLimit, table = '') =>
  ['at', 'place'].map((column) => ({ column: `${table}${column}`, order: order === 'newestFirst' ? 'desc' : 'asc' }));

function selectRange(
  knex: Knex,
  $: Parameters<Build>[1],
  { column, kind }: IndexRange,
  request: OrderAndLimit,
): Knex.QueryBuilder {
  const query = knex('activity')
    .select('at', 'place')
    .where('tenant_id', $('tenant'))
    .whereRaw('(at, place) > (?, ?)', [$('lowerAt'), $('lowerPlace')])
    .whereRaw('(at, place) < (?, ?)', [$('upperAt'), $('upperPlace')])
    .orderBy(orderOf(request))
    .limit(request.limit);
  if (column !== null) query.where(column, $('user'));
  if (kind !== null) query.where('kind', kind);
  return query;
}

/** @returns the index ranges that cover a filter */
export function rangesOf({ user, group }: Pick<LogFilter, 'user' | 'group'>): IndexRange[] {
  const kinds = group === null ? activityKinds : kindsIn(group);
  if (user === null)
    return group === null ? [{ column: null, kind: null }] : kinds.map((kind) => ({ column: null, kind }));
  return (['actor_id', 'target_id'] as const).flatMap((column) => kinds.map((kind) => ({ column, kind })));
}

/** The range of edits to one user, by any actor. */
export const rangesOfEdits: readonly IndexRange[] = [{ column: 'target_id', kind: 'user.edited' }];

/** @returns the index ranges with a user as the target: either sign-in attempts, or everything else */
export function rangesOfTarget(what: 'signIns' | 'others'): IndexRange[] {
  const kinds = activityKinds.filter((kind) => kind.startsWith('signIn.') === (what === 'signIns'));
  return kinds.map((kind) => ({ column: 'target_id', kind }));
}

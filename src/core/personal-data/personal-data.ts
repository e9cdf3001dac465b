import type { Activity, ActivityEvent, Participant } from '../../domain/activity/event.ts';
import { notFound } from '../../domain/errors.ts';
import { noticesSubscriber, type Notice } from '../../domain/notices.ts';
import { may } from '../../domain/policy.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { credentialsStore, usersStore } from '../accounts/index.ts';
import { activityStore, deliveriesStore } from '../activity/index.ts';
import type { ExportedSession, Side } from './personal-data.store.ts';
import * as personalDataStore from './personal-data.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { person } from '../../domain/principal.ts';

/** A log entry in the personal data of a user, without the parts that this user may not see. */
export interface PersonalEntry {
  /** Epoch ms. */
  readonly at: number;
  /** Null if the details concern only another user. */
  readonly event: ActivityEvent | null;
  readonly kind: ActivityEvent['kind'];
  readonly by: Participant | null;
  readonly to: Participant | null;
  readonly address: string | null;
}

/** All data about one user, with only the latest log entries. */
export interface PersonalData {
  readonly user: User;
  readonly password: credentialsStore.PasswordMetadata;
  readonly sessions: readonly ExportedSession[];
  readonly notices: readonly { readonly notice: Notice; readonly at: number }[];
  readonly entries: readonly PersonalEntry[];
  /** Whether there are earlier entries. */
  readonly more: boolean;
}

export type PersonalDataAccess = ReturnType<typeof createPersonalData>;

export interface PersonalDataDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

async function collect(deps: PersonalDataDependencies, scope: Scope, user: User) {
  const { database } = deps;
  const [password, sessions, waiting] = await Promise.all([
    credentialsStore.getPasswordMetadata(database, scope, user.id),
    personalDataStore.sessions(database, scope, user.id),
    deliveriesStore.listOf(database, scope, noticesSubscriber.name, user.id),
  ]);
  const notices = waiting.map(({ message, at }) => ({ notice: message as Notice, at }));
  return { user, password, sessions, notices };
}

async function* exportLines(
  deps: PersonalDataDependencies,
  scope: Scope,
  user: User,
  side: Side,
): AsyncGenerator<string> {
  const { database } = deps;
  const view = entryFor(scope, user);
  let first = true;
  for await (const activity of personalDataStore.entries(database, scope, user.id, side)) {
    yield `${first ? '' : ','}\n    ${JSON.stringify(toExportedEntry(view(activity)))}`;
    first = false;
  }
}

/**
 * @returns a user of the tenant, possibly deleted.
 * @throws Failure notFound
 */
export async function load(deps: PersonalDataDependencies, scope: Scope, userId: string): Promise<User> {
  const { database } = deps;
  const user =
    (await usersStore.find(database, scope, userId)) ?? (await usersStore.findDeleted(database, scope, userId));
  if (user === null) throw notFound();
  return user;
}

/** Records that the scope's actor exported a user's data. */
export function recordExport(deps: PersonalDataDependencies, scope: Scope, user: User): Promise<void> {
  const { database, clock } = deps;
  return activityStore.record(database, scope, { kind: 'user.dataExported' }, user.id, clock());
}

export async function view(deps: PersonalDataDependencies, scope: Scope, user: User): Promise<PersonalData> {
  const { database } = deps;
  const { entries, more } = await personalDataStore.latest(database, scope, user.id);
  return { ...(await collect(deps, scope, user)), entries: entries.map(entryFor(scope, user)), more };
}

/** Exports the data as JSON with all log entries, in chunks, so that memory use is bounded. */
export async function* file(deps: PersonalDataDependencies, scope: Scope, user: User): AsyncGenerator<string> {
  const { clock } = deps;
  const data = await collect(deps, scope, user);
  const head = {
    exportedAt: time(clock()),
    organization: scope.tenant.name,
    region: scope.rules.region,
    account: toExportedAccount(user, data.password, clock()),
    sessions: data.sessions.map(({ createdAt, seenAt, authTime, ...session }) => ({
      ...session,
      createdAt: time(createdAt),
      seenAt: time(seenAt),
      authTime: time(authTime),
    })),
    queuedMails: data.notices.map(({ notice, at }) => ({ at: time(at), ...notice })),
  };
  yield JSON.stringify(head, null, 2).replace(/\n\}$/, ',\n  "activityAboutMe": [');
  yield* exportLines(deps, scope, user, 'about');
  yield '\n  ],\n  "activityByMe": [';
  yield* exportLines(deps, scope, user, 'by');
  yield '\n  ]\n}\n';
}

export const createPersonalData = (deps: PersonalDataDependencies) => bind(deps, { load, recordExport, view, file });

/**
 * Reduces an entry to the parts that the user may see: all data about the user, and the names of other users if the
 * user may view users, but neither IP addresses of other users nor changes to them.
 */
function entryFor(scope: Scope, user: User): (activity: Activity) => PersonalEntry {
  const seesOthers = may(createScope({ ...scope, principal: person(user) }), 'users.view').allowed;
  return ({ at, event, actor, target, address }) => {
    const aboutThem = target === null || target.id === user.id;
    const byThem = actor === null || actor.id === user.id;
    return {
      at,
      kind: event.kind,
      event: aboutThem || seesOthers ? redactOthers(event, actor?.id === user.id) : null,
      by: actor,
      to: aboutThem || seesOthers ? target : null,
      address: byThem ? address : null,
    };
  };
}

// A comment is shown only to its author. The other users affected by a request are removed, because they are not part
// of this user's data.
function redactOthers(event: ActivityEvent, own: boolean): ActivityEvent {
  if (!('approval' in event)) return event;
  const { about: _about, ...rest } = event;
  return 'said' in rest && !own ? { ...rest, said: '' } : rest;
}

const time = (at: number): string => new Date(at).toISOString();
const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at));
const nameOf = (participant: Participant | null): string | null =>
  participant === null ? null : (participant.name ?? participant.pseudonym);

function toExportedEntry({ at, kind, event, by, to, address }: PersonalEntry): object {
  const { kind: _kind, ...details } = event ?? { kind };
  return { at: time(at), kind, by: nameOf(by), to: nameOf(to), address, ...details };
}

function toExportedAccount(user: User, { setBy, setAt }: credentialsStore.PasswordMetadata, now: number): object {
  const { username, firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  return {
    username,
    firstName,
    lastName,
    displayName,
    language,
    administratorLevel,
    agentLevel,
    status: statusOf(user, now),
    createdAt: time(user.createdAt),
    updatedAt: time(user.updatedAt),
    lastSignInAt: timeOrNull(user.lastSignInAt),
    deletedAt: timeOrNull(user.deletedAt),
    secondFactor: user.secondFactorAt === null ? null : { setUpAt: time(user.secondFactorAt) },
    password: {
      kind: user.password,
      setAt: time(setAt),
      setBy,
      temporaryUntil: timeOrNull(user.temporaryUntil),
    },
  };
}

import { conflict, inField, type FieldFault } from '../../../domain/errors.ts';
import {
  normalizePassword,
  passwordFault,
  readPassword,
  findTemporaryPasswords,
} from '../../../domain/people/password.ts';
import { minBits } from '../../../domain/people/strength/guesses.ts';
import { listNames } from '../../../domain/people/strength/names.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { refundIfUnchecked } from '../throttles/unchecked-attempt.ts';
import { sessionAttemptOf } from '../throttles/password-limits.ts';
import type { Throttle } from '../throttles/throttle.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import { listDigestsOf } from './password-list-digests.ts';
import * as passwordListStore from './password-list.store.ts';
import type { StrengthEstimator } from './strength-estimator.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as passwordHashesStore from '../stores/password-hashes.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

export type ChangeResult =
  /** `epoch`: the new epoch of the session that made the change. All of the user's other sessions have ended. */
  | { readonly outcome: 'changed'; readonly epoch: number }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

export interface NewPassword {
  readonly newPassword: string;
  readonly confirmPassword: string;
}

export type Passwords = ReturnType<typeof createPasswords>;

export interface PasswordsDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly strengthEstimator: StrengthEstimator;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

/** @returns the validation errors for a new password, by field; empty if it is valid */
export async function validate(
  deps: PasswordsDependencies,
  person: PasswordOwner,
  { newPassword, confirmPassword }: NewPassword,
): Promise<FieldFault[]> {
  const { strengthEstimator, database } = deps;
  const fault = passwordFault(newPassword, person);
  if (fault) return [inField('newPassword', fault)];
  const same = normalizePassword(newPassword) === normalizePassword(confirmPassword);
  if (!same) return [{ field: 'confirmPassword', code: 'password.confirmationDiffers' }];
  const password = normalizePassword(newPassword);
  if ((await strengthEstimator.estimateBits(password, listNames(person))) < minBits) {
    return [{ field: 'newPassword', code: 'password.easyToGuess' }];
  }
  const isListed = await passwordListStore.hasAny(database, listDigestsOf(password));
  return isListed ? [{ field: 'newPassword', code: 'password.listed' }] : [];
}

// The session that made the change continues with the new epoch. A concurrent change that commits later fails, because
// it compares the old epoch.
async function replaceOwn(
  deps: PasswordsDependencies,
  scope: Scope,
  user: User,
  sessionId: string,
  newPassword: string,
): Promise<number> {
  const { hasher, database, clock } = deps;
  const hash = await hasher.hash(normalizePassword(newPassword));
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const at = clock();
    const replaced = await credentialsStore.replace(tx, scope, user.id, user.epoch, { kind: 'own', hash, at });
    if (!replaced) throw conflict('password.changed');
    await sessionsStore.endAllOfUser(tx, scope, user.id, sessionId);
    // Replacing a chosen password requires entering it, which counts as confirming the password in this session.
    if (user.password === 'own') await sessionsStore.markPasswordConfirmed(tx, sessionId, user.id, at);
    await activityStore.record(
      tx,
      scope,
      { kind: 'password.changed', forced: user.password === 'temporary' },
      user.id,
      at,
    );
  });
  return user.epoch + 1;
}

// The administrator has seen the temporary password, so a password that only adds a prefix or suffix to it is not
// secret.
async function isUnchanged(deps: PasswordsDependencies, { user }: Credentials, newPassword: string): Promise<boolean> {
  const { hasher, database } = deps;
  const candidates =
    user.password === 'temporary' ? findTemporaryPasswords(newPassword) : [normalizePassword(newPassword)];
  return passwordHashesStore.isAnyPassword(database, hasher, user.id, candidates);
}

const isReused = ({ database, hasher }: PasswordsDependencies, user: User, newPassword: string): Promise<boolean> =>
  passwordHashesStore.isPreviousPassword(database, hasher, user.id, normalizePassword(newPassword));

async function change(
  deps: PasswordsDependencies,
  scope: Scope,
  credentials: Credentials,
  sessionId: string,
  form: NewPassword,
): Promise<ChangeResult> {
  const { throttle } = deps;
  const { user } = credentials;
  const wait = await throttle.consumeBudget('change', user.id);
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  const owner = {
    rules: scope.rules,
    username: user.username,
    displayName: user.displayName,
    tenantName: scope.tenant.name,
  };
  const faults = await validate(deps, owner, form);
  if (faults.length > 0) return { outcome: 'invalid', faults };
  if (await isUnchanged(deps, credentials, form.newPassword)) {
    return { outcome: 'invalid', faults: [{ field: 'newPassword', code: 'password.unchanged' }] };
  }
  if (await isReused(deps, user, form.newPassword)) {
    return { outcome: 'invalid', faults: [{ field: 'newPassword', code: 'password.reused' }] };
  }
  return { outcome: 'changed', epoch: await replaceOwn(deps, scope, user, sessionId, form.newPassword) };
}

async function ownCredentials(deps: PasswordsDependencies, scope: Scope, epoch: number): Promise<Credentials> {
  const { database } = deps;
  const credentials = await credentialsStore.findOwn(database, scope);
  if (credentials?.user.epoch !== epoch) throw conflict('password.changed');
  return credentials;
}

/**
 * Stores the password that a user must choose after signing in with a temporary password or opening a one-time link.
 * @param session the session that makes the change
 */
export async function changeForced(
  deps: PasswordsDependencies,
  scope: Scope,
  session: { id: string; epoch: number },
  form: NewPassword,
): Promise<ChangeResult> {
  return change(deps, scope, await ownCredentials(deps, scope, session.epoch), session.id, form);
}

/**
 * Replaces a password that the user chose. Requires the current password. Only failed attempts in the user's open
 * sessions count toward the limit, so that strangers can't exhaust it.
 */
export async function changeOwn(
  deps: PasswordsDependencies,
  scope: Scope,
  session: LiveSession,
  form: NewPassword & { currentPassword: string },
): Promise<ChangeResult> {
  const { throttle, hasher, database, clock } = deps;
  const attempt = sessionAttemptOf(scope, session);
  const wait = await throttle.consume(attempt);
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  const credentials = await ownCredentials(deps, scope, session.user.epoch);
  const { id } = credentials.user;
  const current = readPassword(form.currentPassword);
  const checked = credentialsStore.verifyPassword(database, hasher, current === null ? null : id, current ?? '');
  if (!(await refundIfUnchecked(throttle, attempt, checked)).matches) {
    await activityStore.record(database, scope, { kind: 'password.changeRefused' }, id, clock());
    return { outcome: 'invalid', faults: [{ field: 'currentPassword', code: 'password.wrong' }] };
  }
  await throttle.reset(attempt);
  return change(deps, scope, credentials, session.id, form);
}

/**
 * @returns the metadata of a user's password: who set it and when.
 * @throws Failure notFound if the user belongs to another tenant
 */
export function getMetadata(
  { database }: PasswordsDependencies,
  scope: Scope,
  userId: string,
): Promise<credentialsStore.PasswordMetadata> {
  return credentialsStore.getPasswordMetadata(database, scope, userId);
}

export const createPasswords = (deps: PasswordsDependencies) =>
  bind(deps, { validate, getMetadata, changeForced, changeOwn });

type PasswordOwner = Parameters<typeof passwordFault>[1];

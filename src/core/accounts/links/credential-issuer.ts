import type { LinkHandover } from '../../../domain/activity/event.ts';
import { linkNotices, noticesSubscriber } from '../../../domain/notices.ts';
import { linkLifetimeMs } from '../../../domain/people/one-time-link.ts';
import type { HandoverMode } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import { issueTemporaryPassword, type IssuedPassword } from '../passwords/temporary-passwords.ts';
import type { LinkTokens, LinkDigest } from './tokens.ts';
import { deliveriesStore } from '../../activity/index.ts';
import * as linksStore from '../stores/links.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { displayNameOf } from '../../../domain/principal.ts';

/** The parts of an issued credential that an administrator may see. */
export interface IssuedCredential {
  readonly handover: HandoverMode;
  /** The temporary password or the address of the link, to be shown once; null if it is mailed directly to the user. */
  readonly clearText: string | null;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** An issued credential, with the values to store. */
export interface NewCredential {
  readonly credential: IssuedCredential;
  readonly stored: IssuedPassword['stored'];
  readonly link: LinkDigest | null;
}

/** Why a credential is issued; the email that delivers it gives the reason. */
export type Occasion = 'reset' | 'added';

/** @returns the handover mode as event data; an empty object for a temporary password that was shown */
export const toEventHandover = ({ handover }: Pick<IssuedCredential, 'handover'>): { by?: LinkHandover } =>
  handover === 'shown' ? {} : { by: handover };

/** The user who receives a credential, with their epoch after it is issued. */
interface Recipient {
  readonly id: string;
  readonly epoch: number;
}

export interface CredentialIssuerDependencies {
  readonly hasher: Hasher;
  readonly tokens: LinkTokens;
  readonly canMail: boolean;
  readonly clock: () => number;
}

/**
 * Issues the credentials that the rules require: temporary passwords or one-time links.
 * @param deps.canMail whether a mail server is configured
 */
export function createCredentialIssuer(deps: CredentialIssuerDependencies) {
  const bound = bind(deps, { canDeliver, issue });
  return {
    handoverRuleFor,

    canDeliver: bound.canDeliver,

    issue: bound.issue,

    storeLinks,
  };
}

/**
 * @returns the handover mode for a credential. Regardless of the rules, the operator's command prints a password, because it
 * is the last resort when no administrator can sign in. Support never sees a password, because it would outlive the grant.
 */
export function handoverRuleFor({ principal, rules }: Scope): HandoverMode {
  if (principal.kind === 'operator') return 'shown';
  return principal.kind === 'support' ? 'mailedLink' : rules.handOver.by;
}

function issueLink(
  deps: CredentialIssuerDependencies,
  { principal, rules }: Scope,
  handover: 'link' | 'mailedLink',
): NewCredential {
  const { clock, tokens, hasher } = deps;
  const at = clock();
  const until = at + linkLifetimeMs('handOver', rules.handOver.linkHours);
  const issued = handover === 'link' ? tokens.issue() : { ...tokens.issueForMail(), address: null };
  return {
    credential: { handover, clearText: issued.address, expiresAt: until },
    // A hash that no password matches: the old password stops working and only the link is accepted.
    stored: { kind: 'temporary', hash: hasher.decoy, at, until, by: displayNameOf(principal) },
    link: { id: issued.id, digest: issued.digest },
  };
}

/** @returns whether the portal can deliver a credential as the rules require. If they require email, there is no fallback. */
export function canDeliver(deps: CredentialIssuerDependencies, scope: Scope): boolean {
  const { canMail } = deps;
  return canMail || handoverRuleFor(scope) !== 'mailedLink';
}

/** Issues a credential without storing it. @param hash the hash function; an import passes one of lower priority */
export async function issue(
  deps: CredentialIssuerDependencies,
  scope: Scope,
  hash = deps.hasher.hash,
): Promise<NewCredential> {
  const { clock } = deps;
  const rule = handoverRuleFor(scope);
  if (rule !== 'shown') return issueLink(deps, scope, rule);
  const by = displayNameOf(scope.principal);
  const { clearText, stored } = await issueTemporaryPassword({ hash }, scope.rules, by, clock());
  return { credential: { handover: rule, clearText, expiresAt: stored.until }, stored, link: null };
}

/** Stores the one-time links among the credentials and enqueues their emails, in the transaction that stores the passwords. */
export async function storeLinks(
  tx: Database,
  scope: Scope,
  issued: readonly (readonly [Recipient, NewCredential])[],
  occasion: Occasion,
): Promise<void> {
  const links = issued.flatMap(([user, { credential, stored, link }]) => {
    if (link === null) return [];
    const times = { createdAt: stored.at, expiresAt: stored.until };
    const newLink = { ...link, ...times, userId: user.id, epoch: user.epoch, purpose: 'handOver' } as const;
    return [{ newLink, mailed: credential.handover === 'mailedLink' }];
  });
  const toMail = links.filter(({ mailed }) => mailed).map(({ newLink }) => newLink);
  await linksStore.insertMany(
    tx,
    scope,
    links.map(({ newLink }) => newLink),
  );
  const notices = linkNotices(toMail, occasion === 'reset' ? 'resetLink' : 'welcomeLink');
  await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, notices);
}

/** @returns the handover mode that a new credential would use, for confirmation pages */
export function describeHandover(scope: Scope, credentialIssuer: CredentialIssuer) {
  const by = credentialIssuer.handoverRuleFor(scope);
  const { temporaryPassword, handOver } = scope.rules;
  const hours = by === 'shown' ? temporaryPassword.lifetimeHours : handOver.linkHours;
  return { by, hours, possible: credentialIssuer.canDeliver(scope) };
}

export type CredentialIssuer = ReturnType<typeof createCredentialIssuer>;

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
  /** The temporary password or the URL of the link, to show once; null if the portal mails the link to the user. */
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

/** Why a credential is issued. The email with the link states this reason. */
export type Occasion = 'reset' | 'added';

/** @returns the handover mode as event data; an empty object for a temporary password that was shown */
export const toEventHandover = ({ handover }: Pick<IssuedCredential, 'handover'>): { by?: LinkHandover } =>
  handover === 'shown' ? {} : { by: handover };

/** The user who receives a credential, with the user's epoch after it is stored. */
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
 * @returns the handover mode for a credential. Two principals are exempt from the rules. The operator's command prints
 * a password, because it is the last resort when no administrator can sign in. Operators with support access never see
 * a password, because it would remain valid after the grant ends.
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
    // No password matches this hash: the old password stops working, and only the link gives access.
    stored: { kind: 'temporary', hash: hasher.decoy, at, until, by: displayNameOf(principal) },
    link: { id: issued.id, digest: issued.digest },
  };
}

/**
 * @returns whether the portal can deliver a credential as the rules require; false if they require email and the portal
 * has no mail server
 */
export function canDeliver(deps: CredentialIssuerDependencies, scope: Scope): boolean {
  const { canMail } = deps;
  return canMail || handoverRuleFor(scope) !== 'mailedLink';
}

/**
 * Issues a credential without storing it.
 * @param hash the hash function. An import passes one with lower priority
 */
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

/**
 * Stores the one-time links of the issued credentials and enqueues their emails. It must run in the transaction that
 * stores the password hashes.
 */
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

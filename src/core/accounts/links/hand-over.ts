import type { LinkHandover } from '../../../domain/activity/event.ts';
import { linkNotices, noticesSubscriber } from '../../../domain/notices.ts';
import { linkLifetimeMs } from '../../../domain/people/one-time-link.ts';
import type { HandoverMode } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import { issueTemporaryPassword, type IssuedPassword } from '../passwords/temporary-passwords.ts';
import type { LinkTokens, MadeLink } from './tokens.ts';
import { deliveriesStore } from '../../activity/index.ts';
import * as linksStore from '../stores/links.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { displayNameOf } from '../../../domain/principal.ts';

/** What an administrator may know of a credential that was issued to a user. */
export interface IssuedCredential {
  readonly by: HandoverMode;
  /** The temporary password or the address of the link, to be shown once; null where it is mailed to the user directly. */
  readonly clearText: string | null;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The same, with what is stored of it. */
export interface NewCredential {
  readonly way: IssuedCredential;
  readonly stored: IssuedPassword['stored'];
  readonly link: MadeLink | null;
}

/** Why a credential is issued: the email that brings it says so. */
export type Occasion = 'reset' | 'added';

/** @returns how a credential was delivered, for an event; empty for a temporary password that was shown */
export const deliveryOf = ({ by }: Pick<IssuedCredential, 'by'>): { by?: LinkHandover } =>
  by === 'shown' ? {} : { by };

/** A user to whom a credential is issued, with the user's epoch afterwards. */
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
 * @param canMail whether this portal has mail set up
 */
export function createCredentialIssuer(deps: CredentialIssuerDependencies) {
  const bound = bind(deps, { canDeliver, issue });
  return {
    ruleFor,

    canDeliver: bound.canDeliver,

    issue: bound.issue,

    storeLinks,
  };
}

/**
 * The operator's command prints a password, whatever the rules say: it is the last resort when no administrator can sign in.
 * Support never sees one, whatever the rules say: it would outlive the grant.
 */
export function ruleFor({ principal, rules }: Scope): HandoverMode {
  if (principal.kind === 'operator') return 'shown';
  return principal.kind === 'support' ? 'mailedLink' : rules.handOver.by;
}

function issueLink(
  deps: CredentialIssuerDependencies,
  { principal, rules }: Scope,
  by: 'link' | 'mailedLink',
): NewCredential {
  const { clock, tokens, hasher } = deps;
  const at = clock();
  const until = at + linkLifetimeMs('handOver', rules.handOver.linkHours);
  const made = by === 'link' ? tokens.make() : { ...tokens.makeToSend(), address: null };
  return {
    way: { by, clearText: made.address, expiresAt: until },
    // A hash that no password matches: the former password no longer works, and only the link does.
    stored: { kind: 'temporary', hash: hasher.decoy, at, until, by: displayNameOf(principal) },
    link: { id: made.id, digest: made.digest },
  };
}

/** @returns whether the portal can deliver what the rules require. There is no fallback: without email no link is mailed */
export function canDeliver(deps: CredentialIssuerDependencies, scope: Scope): boolean {
  const { canMail } = deps;
  return canMail || ruleFor(scope) !== 'mailedLink';
}

/** Issues a credential. Nothing is stored yet. @param hash the hash function; an import passes one of a lower priority */
export async function issue(
  deps: CredentialIssuerDependencies,
  scope: Scope,
  hash = deps.hasher.hash,
): Promise<NewCredential> {
  const { clock } = deps;
  const rule = ruleFor(scope);
  if (rule !== 'shown') return issueLink(deps, scope, rule);
  const by = displayNameOf(scope.principal);
  const { clearText, stored } = await issueTemporaryPassword({ hash }, scope.rules, by, clock());
  return { way: { by: rule, clearText, expiresAt: stored.until }, stored, link: null };
}

/** Stores the links among the credentials and enqueues the emails, in the transaction that stored the rest. */
export async function storeLinks(
  tx: Database,
  scope: Scope,
  issued: readonly (readonly [Recipient, NewCredential])[],
  occasion: Occasion,
): Promise<void> {
  const links = issued.flatMap(([user, { way, stored, link }]) => {
    if (link === null) return [];
    const times = { createdAt: stored.at, expiresAt: stored.until };
    const kept = { ...link, ...times, userId: user.id, epoch: user.epoch, purpose: 'handOver' } as const;
    return [{ kept, mailed: way.by === 'mailedLink' }];
  });
  const toMail = links.filter(({ mailed }) => mailed).map(({ kept }) => kept);
  await linksStore.insertMany(
    tx,
    scope,
    links.map(({ kept }) => kept),
  );
  const notices = linkNotices(toMail, occasion === 'reset' ? 'resetLink' : 'welcomeLink');
  await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, notices);
}

/** What pages say of how a way in will be handed over, before anything happens. */
export function handOverOf(scope: Scope, credentialIssuer: CredentialIssuer) {
  const by = credentialIssuer.ruleFor(scope);
  const { temporaryPassword, handOver } = scope.rules;
  const hours = by === 'shown' ? temporaryPassword.lifetimeHours : handOver.linkHours;
  return { by, hours, possible: credentialIssuer.canDeliver(scope) };
}

export type CredentialIssuer = ReturnType<typeof createCredentialIssuer>;

import type { LinkWay } from '../../../domain/activity/event.ts';
import { linkNotices, noticesSubscriber } from '../../../domain/notices.ts';
import { linkLifetimeMs } from '../../../domain/people/one-time-link.ts';
import type { HandOverRule } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import { issueTemporaryPassword, type IssuedPassword } from '../passwords/temporary-passwords.ts';
import type { LinkTokens, MadeLink } from './tokens.ts';
import { deliveriesStore } from '../../activity/index.ts';
import * as linksStore from '../stores/links.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { displayNameOf } from '../../../domain/principal.ts';

/** How a user gets in, as whoever hands it over may know it. */
export interface WayIn {
  readonly by: HandOverRule;
  /** The temporary password or the address of the link, to be shown once; null where it is mailed past everybody. */
  readonly clearText: string | null;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The same with what is kept of it. */
export interface IssuedWayIn {
  readonly way: WayIn;
  readonly stored: IssuedPassword['stored'];
  readonly link: MadeLink | null;
}

/** Why somebody gets a way in: a mail that brings it says so. */
export type Occasion = 'reset' | 'added';

/** @returns what an event says of a way in: nothing of a temporary password that was shown, as ever */
export const recordedAs = ({ by }: Pick<WayIn, 'by'>): { by?: LinkWay } => (by === 'shown' ? {} : { by });

/** Somebody who gets a way in, with the epoch that they have from then on. */
interface Recipient {
  readonly id: string;
  readonly epoch: number;
}

export interface WaysInDependencies {
  readonly hasher: Hasher;
  readonly tokens: LinkTokens;
  readonly canMail: boolean;
  readonly clock: () => number;
}

/**
 * Makes the ways in that the rules ask for: a temporary password or a one-time link.
 * @param canMail whether this portal has mail set up
 */
export function createWaysIn(deps: WaysInDependencies) {
  const bound = bind(deps, { arePossible, issue });
  return {
    ruleFor,

    arePossible: bound.arePossible,

    issue: bound.issue,

    keep,
  };
}

/**
 * The operator's command prints a password, whatever the rules say: it is the last resort when no administrator can sign in.
 * Support never sees one, whatever the rules say: it would outlive the grant.
 */
export function ruleFor({ principal, rules }: Scope): HandOverRule {
  if (principal.kind === 'operator') return 'shown';
  return principal.kind === 'support' ? 'mailedLink' : rules.handOver.by;
}

function issueLink(deps: WaysInDependencies, { principal, rules }: Scope, by: 'link' | 'mailedLink'): IssuedWayIn {
  const { clock, tokens, hasher } = deps;
  const at = clock();
  const until = at + linkLifetimeMs('handOver', rules.handOver.linkHours);
  const made = by === 'link' ? tokens.make() : { ...tokens.makeToSend(), address: null };
  return {
    way: { by, clearText: made.address, expiresAt: until },
    // A tag that no password has: what was known before opens nothing any more, and nothing else does but the link.
    stored: { kind: 'temporary', hash: hasher.decoy, at, until, by: displayNameOf(principal) },
    link: { id: made.id, digest: made.digest },
  };
}

/** @returns whether what the rules ask for can be done at all: without mail nothing is mailed, and nothing else is done instead */
export function arePossible(deps: WaysInDependencies, scope: Scope): boolean {
  const { canMail } = deps;
  return canMail || ruleFor(scope) !== 'mailedLink';
}

/** Makes a way in; nothing is kept of it yet. @param hash of a password, for the many that an import makes */
export async function issue(deps: WaysInDependencies, scope: Scope, hash = deps.hasher.hash): Promise<IssuedWayIn> {
  const { clock } = deps;
  const rule = ruleFor(scope);
  if (rule !== 'shown') return issueLink(deps, scope, rule);
  const by = displayNameOf(scope.principal);
  const { clearText, stored } = await issueTemporaryPassword({ hash }, scope.rules, by, clock());
  return { way: { by: rule, clearText, expiresAt: stored.until }, stored, link: null };
}

/** Keeps the links among what was issued, and queues what is to be mailed; in the transaction that wrote the rest. */
export async function keep(
  tx: Database,
  scope: Scope,
  issued: readonly (readonly [Recipient, IssuedWayIn])[],
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
export function handOverOf(scope: Scope, waysIn: WaysIn) {
  const by = waysIn.ruleFor(scope);
  const { temporaryPassword, handOver } = scope.rules;
  const hours = by === 'shown' ? temporaryPassword.lifetimeHours : handOver.linkHours;
  return { by, hours, possible: waysIn.arePossible(scope) };
}

export type WaysIn = ReturnType<typeof createWaysIn>;

/** Everything that is recorded, as typed data: the reader's language words it later. */
export type ActivityEvent =
  | { readonly kind: 'signIn.succeeded' }
  | { readonly kind: 'signIn.failed'; readonly because: SignInFailure }
  | { readonly kind: 'signIn.throttled' }
  | { readonly kind: 'signOut' }
  | { readonly kind: 'sessions.ended'; readonly which: 'one' | 'others' | 'all' }
  | { readonly kind: 'password.reset'; readonly expiresAt: number }
  | { readonly kind: 'password.changed'; readonly forced: boolean }
  | { readonly kind: 'password.changeRefused' }
  | { readonly kind: 'user.added' }
  | { readonly kind: 'user.edited'; readonly changes: readonly Change[] }
  | { readonly kind: 'user.blocked' }
  | { readonly kind: 'user.unblocked' }
  | { readonly kind: 'user.deleted' }
  | { readonly kind: 'user.restored' }
  | { readonly kind: 'user.erased' }
  | { readonly kind: 'user.purged' }
  | { readonly kind: 'user.dataExported' }
  | { readonly kind: 'tenant.added' }
  | { readonly kind: 'tenant.suspended' }
  | { readonly kind: 'tenant.resumed' }
  | { readonly kind: 'refused'; readonly action: string; readonly because: string };

/** One field of a user, before and after. */
export interface Change {
  readonly field: 'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel';
  readonly from: string | null;
  readonly to: string | null;
}

/** Known only to the log: the sign-in page answers every one of them alike. */
export type SignInFailure = 'unknown' | 'password' | 'blocked' | 'deleted' | 'expired' | 'tenant';

/** Who took part in an event: by name, or, once the person was erased, by the pseudonym that stands in its place. */
export interface Participant {
  readonly id: string;
  readonly name: string | null;
  readonly pseudonym: string | null;
}

/** A recorded event as pages read it. */
export interface Activity {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly event: ActivityEvent;
  readonly actor: Participant | null;
  readonly target: Participant | null;
  readonly address: string | null;
}

import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Grant } from './support.ts';
import type { ScopeTenant } from './tenant.ts';

/** A signed-in user, in their own tenant or in one that granted them support access. */
interface UserIdentity {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  /**
   * The user's epoch at the start of the request. A different value inside the lock means that the session has ended.
   */
  readonly epoch?: number | undefined;
}

/** A user of the scope's tenant. */
export interface PersonPrincipal extends UserIdentity {
  readonly kind: 'person';
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
}

/** A user of the operators' tenant who acts in the scope's tenant within the limits of a grant. */
export interface SupportPrincipal extends UserIdentity {
  readonly kind: 'support';
  readonly grant: Grant;
  /** The operators' own tenant. */
  readonly home: ScopeTenant;
}

/** A command on the host of the portal. The rules of a tenant do not apply to it. */
export interface OperatorPrincipal {
  readonly kind: 'operator';
}

/** A client program with a token. No interface accepts tokens yet, so the policy denies every action. */
export interface ClientPrincipal {
  readonly kind: 'client';
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export const jobNames = ['approvals', 'imports', 'notices', 'recovery', 'retention', 'support'] as const;
export type JobName = (typeof jobNames)[number];

/** A background job. It only carries out earlier decisions, so the policy denies every action. */
export interface JobPrincipal {
  readonly kind: 'job';
  readonly name: JobName;
}

/** The actor that performs an action. */
export type Principal = PersonPrincipal | SupportPrincipal | OperatorPrincipal | ClientPrincipal | JobPrincipal;

/** A principal as stored in the activity log. `id` is null for the operator. */
export interface RecordedPrincipal {
  readonly kind: Principal['kind'];
  readonly id: string | null;
}

export const operator: OperatorPrincipal = Object.freeze({ kind: 'operator' });

export const job = (name: JobName): JobPrincipal => Object.freeze({ kind: 'job', name });

/** @returns the principal for a user of the scope's tenant */
export const person = ({
  id,
  username,
  displayName,
  administratorLevel,
  agentLevel,
  epoch,
}: Omit<PersonPrincipal, 'kind' | 'userId'> & { readonly id: string }): PersonPrincipal =>
  Object.freeze({ kind: 'person', userId: id, username, displayName, administratorLevel, agentLevel, epoch });

/** @returns the user of a principal; null if the principal is not a user */
export function userOf(principal: Principal): PersonPrincipal | SupportPrincipal | null {
  return principal.kind === 'person' || principal.kind === 'support' ? principal : null;
}

/** @returns the name of a principal's user; null if the principal is not a user */
export const displayNameOf = (principal: Principal): string | null => userOf(principal)?.displayName ?? null;

/** @returns the ID of the acting user; null if the principal is not a user */
export const actorIdOf = ({ principal }: { readonly principal: Principal }): string | null =>
  userOf(principal)?.userId ?? null;

/** @returns the ID of the acting user, for queries; an empty string, which matches no user, if there is none */
export const actingUserId = ({ principal }: { readonly principal: Principal }): string =>
  userOf(principal)?.userId ?? '';

export function toRecorded(principal: Principal): RecordedPrincipal {
  switch (principal.kind) {
    case 'person':
    case 'support':
      return { kind: principal.kind, id: principal.userId };
    case 'client':
      return { kind: 'client', id: principal.clientId };
    case 'job':
      return { kind: 'job', id: principal.name };
    case 'operator':
      return { kind: 'operator', id: null };
  }
}

import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Grant } from './support.ts';
import type { ScopeTenant } from './tenant.ts';

/** What every signed-in user has, whether they act in their own tenant or in one that granted them support access. */
interface UserIdentity {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  /** The credential's epoch when the request began: another one, read behind a lock, means that the session has ended. */
  readonly epoch?: number | undefined;
}

/** A user of the scope's tenant. */
export interface PersonPrincipal extends UserIdentity {
  readonly kind: 'person';
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
}

/** A user of the operators' tenant who acts in the scope's tenant, as far as a grant reaches. */
export interface SupportPrincipal extends UserIdentity {
  readonly kind: 'support';
  readonly grant: Grant;
  /** The operators' own tenant. */
  readonly home: ScopeTenant;
}

/** A command on the host of the portal: the rules inside a tenant do not bind it. */
export interface OperatorPrincipal {
  readonly kind: 'operator';
}

/** A program with a token. No interface admits one yet, so the policy allows it nothing. */
export interface ClientPrincipal {
  readonly kind: 'client';
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export const jobNames = ['approvals', 'imports', 'recovery', 'retention', 'support'] as const;
export type JobName = (typeof jobNames)[number];

/** Work that the portal does by itself. It performs what was decided before and decides nothing, so it has no rights. */
export interface JobPrincipal {
  readonly kind: 'job';
  readonly name: JobName;
}

/** Who asks. */
export type Principal = PersonPrincipal | SupportPrincipal | OperatorPrincipal | ClientPrincipal | JobPrincipal;

/** A principal as the activity log stores it. `id` is null for the operator, of whom the portal knows no more. */
export interface RecordedPrincipal {
  readonly kind: Principal['kind'];
  readonly id: string | null;
}

export const operator: OperatorPrincipal = Object.freeze({ kind: 'operator' });

export const job = (name: JobName): JobPrincipal => Object.freeze({ kind: 'job', name });

/** @returns a user of the scope's tenant as the one who asks */
export const person = ({
  id,
  username,
  displayName,
  administratorLevel,
  agentLevel,
  epoch,
}: Omit<PersonPrincipal, 'kind' | 'userId'> & { readonly id: string }): PersonPrincipal =>
  Object.freeze({ kind: 'person', userId: id, username, displayName, administratorLevel, agentLevel, epoch });

/** @returns the user behind a principal; null where no user asks */
export function userOf(principal: Principal): PersonPrincipal | SupportPrincipal | null {
  return principal.kind === 'person' || principal.kind === 'support' ? principal : null;
}

/** @returns the name of the user behind a principal; null where no user asks */
export const displayNameOf = (principal: Principal): string | null => userOf(principal)?.displayName ?? null;

/** @returns the id of the user who asks; null where no user does */
export const actorIdOf = ({ principal }: { readonly principal: Principal }): string | null =>
  userOf(principal)?.userId ?? null;

/** @returns the id of the user who asks, for queries; the empty string, which is nobody's id, where no user does */
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

import { authenticationMethods, type AuthenticationMethod } from '../../../domain/people/authentication.ts';
import type { TenantRules } from '../../../domain/tenant-rules.ts';
import type { SupportEnd } from '../../../domain/support.ts';
import type { User } from '../../../domain/people/user.ts';
import { toOpenGrant, type OpenGrant, type OpenGrantRow } from './support-grants.store.ts';
import type { Tenant } from './tenants.store.ts';
import { userTenantColumns, toUserTenant, type UserTenantRow } from './tenants.mapping.ts';
import { toUser, userColumns, type UserRow } from './users.mapping.ts';
import type { ScopeTenant } from '../../../domain/tenant.ts';

/**
 * A session with all data that determines whether it is valid. Each request reads it with one query. Times in epoch ms.
 */
export interface LiveSession {
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
  /** The authentication methods that were used (RFC 8176). */
  readonly amr: readonly AuthenticationMethod[];
  /**
   * When the user last authenticated in this session, by signing in, entering a code or confirming the password.
   */
  readonly authTime: number;
  readonly user: User;
  readonly tenant: ScopeTenant & Pick<Tenant, 'kind' | 'state'> & { readonly ownRules: TenantRules };
  /** The grant under which the session acts in another tenant; null if it acts in the user's tenant. */
  readonly support: OpenGrant | null;
  /** Why that grant is no longer valid; null while it is valid. */
  readonly supportEnd: SupportEnd | null;
}

export interface LiveSessionRow extends UserRow, UserTenantRow, OpenGrantRow {
  session_id: string;
  session_created_at: number;
  session_seen_at: number;
  session_amr: string;
  session_auth_time: number;
  tenant_kind: Tenant['kind'];
}

/** The columns of a LiveSession, without those of a grant. */
export const liveSessionColumns = [
  ...userColumns,
  'user_sessions.id as session_id',
  'user_sessions.created_at as session_created_at',
  'user_sessions.seen_at as session_seen_at',
  'user_sessions.amr as session_amr',
  'user_sessions.auth_time as session_auth_time',
  ...userTenantColumns,
  'tenants.kind as tenant_kind',
] as const;

/** @returns the authentication methods stored in a session row */
export const toAmr = (text: string): AuthenticationMethod[] =>
  authenticationMethods.filter((method) => text.split(' ').includes(method));

export function toLiveSession(row: LiveSessionRow): LiveSession {
  return {
    id: row.session_id,
    createdAt: row.session_created_at,
    seenAt: row.session_seen_at,
    amr: toAmr(row.session_amr),
    authTime: row.session_auth_time,
    user: toUser(row),
    tenant: { ...toUserTenant(row), kind: row.tenant_kind },
    support: toOpenGrant(row),
    supportEnd: null,
  };
}

/** Why the policy denies an action. Each reason has a text under `policy:` in every language. */
export type DenialReason =
  | (
      | 'principal'
      | 'level'
      | 'self'
      | 'ownLevel'
      | 'ownRequest'
      | 'dependent'
      | 'globalLevel'
      | 'globalAdmin'
      | 'formerGlobalAdmin'
      | 'administrator'
      | 'support'
    )
  | ('elsewhere' | 'alone' | 'nobody' | 'secondAdministrator')
  // Like `administrator` and `nobody`, but set by a rule of the tenant instead of the region.
  | ('tenantAdministrator' | 'tenantNobody');

/** Reasons without further details. */
export type PlainDenialReason = Exclude<DenialReason, 'elsewhere' | 'secondAdministrator'>;

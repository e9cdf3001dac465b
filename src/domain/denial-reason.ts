/** Why the policy denies an action. Each reason has a message under `policy:` in every language. */
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
  // Equivalents of `administrator` and `nobody` for a rule that the tenant set instead of the region.
  | ('tenantAdministrator' | 'tenantNobody');

/** Reasons without further details. */
export type PlainDenialReason = Exclude<DenialReason, 'elsewhere' | 'secondAdministrator'>;

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
  // The reasons `administrator` and `nobody`, if the rule is set by the tenant instead of the region.
  | ('tenantAdministrator' | 'tenantNobody');

/** Reasons without further details. */
export type PlainDenialReason = Exclude<DenialReason, 'elsewhere' | 'secondAdministrator'>;

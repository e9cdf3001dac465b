/** Why something is refused; each has a sentence in `policy:` of every language. */
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
  // The same, where not the region decided it but the tenant itself.
  | ('tenantAdministrator' | 'tenantNobody');

/** Reasons that say all there is to say. */
export type PlainDenialReason = Exclude<DenialReason, 'elsewhere' | 'secondAdministrator'>;

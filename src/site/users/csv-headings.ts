import { foldName } from '../../domain/people/user.ts';
import type { CsvColumn, Heading } from '../../core/imports/index.ts';

/*
 * Headings of other directories: Entra (exports, and templates such as `User name [userPrincipalName] Required`),
 * Google Workspace (`Email Address [Required]`), Microsoft 365, Okta (`user.login`), Moodle, Keycloak, and LDAP
 * attributes.
 */

/**
 * Headings that correspond to a Parvis column, in order of precedence: an account name comes before an email address.
 */
const synonyms: Readonly<Partial<Record<CsvColumn, readonly (readonly string[])[]>>> = {
  username: [
    ['userPrincipalName', 'UPN', 'login', 'user.login', 'profile.login', 'sAMAccountName', 'uid', 'user_name'],
    ['email', 'e-mail', 'mail', 'emailAddress', 'primaryEmail', 'user.email', 'profile.email', 'email1', 'work email'],
    ['adresse e-mail', 'adresse email', 'courriel', 'E-Mail-Adresse', 'adresse de courriel'],
  ],
  firstName: [['givenName', 'user.firstName', 'profile.firstName', 'forename', 'first', 'name.givenName']],
  lastName: [
    ['surname', 'sn', 'familyName', 'user.lastName', 'profile.lastName', 'last', 'name.familyName', 'nom de famille'],
    ['Familienname'],
  ],
  displayName: [
    ['cn', 'commonName', 'fullName', 'user.displayName', 'profile.displayName', 'nom complet'],
    ['nickName'],
  ],
  language: [
    ['preferredLanguage', 'lang', 'user.preferredLanguage', 'profile.preferredLanguage'],
    ['locale', 'user.locale', 'profile.locale'],
  ],
  lastSignIn: [['last login', 'lastLogon', 'lastSignInDateTime', 'lastAccess', 'last sign in']],
  status: [['user.status', 'accountStatus']],
};

const passwords = [
  ...[
    'password',
    'initial password',
    'passwordProfile',
    'temporary password',
    'userPassword',
    'new password',
    'passwd',
  ],
  ...['password hash', 'Password Hash Function', 'hashed password', 'credentials', 'passphrase', 'pwd'],
  ...['mot de passe', 'mot de passe temporaire', 'Kennwort', 'Passwort', 'temporäres Kennwort', 'PIN'],
];

/** Columns that exports from other directories usually contain and that Parvis does not have. */
const usual = [
  ...['id', 'objectId', 'user id', 'user.id', 'employeeId', 'employeeType', 'idNumber', 'userType', 'creationType'],
  ...['jobTitle', 'title', 'department', 'division', 'company', 'companyName', 'organization', 'institution', 'office'],
  ...[
    'officeLocation',
    'officeNumber',
    'physicalDeliveryOfficeName',
    'manager',
    'managerId',
    'costCenter',
    'honorificPrefix',
  ],
  ...[
    'honorificSuffix',
    'middleName',
    'profileUrl',
    'streetAddress',
    'address',
    'city',
    'town',
    'state',
    'state or province',
  ],
  ...['postalCode', 'zipCode', 'zip or postal code', 'country', 'countryCode', 'country or region', 'country/region'],
  ...['usageLocation', 'preferredDataLocation', 'telephoneNumber', 'phone', 'phone1', 'phone2', 'phoneNumber', 'fax'],
  ...[
    'officePhone',
    'mobile',
    'mobilePhone',
    'primaryPhone',
    'workPhone',
    'homePhone',
    'recovery phone',
    'recovery email',
  ],
  ...[
    'alternateEmailAddress',
    'secondEmail',
    'home secondary email',
    'work secondary email',
    'otherMails',
    'proxyAddresses',
  ],
  ...[
    'new primary email',
    'home address',
    'work address',
    'email verified',
    'emailVerified',
    'accountEnabled',
    'enabled',
  ],
  ...['suspended', 'block credential', 'block sign in', 'licenses', 'license', 'license assignment details', 'groups'],
  ...[
    'org unit path',
    'new status',
    'employee title',
    'building id',
    'floor name',
    'floor section',
    'change password at next',
  ],
  ...['change password at next sign-in', 'advanced protection program enrollment', '2sv enrolled', '2sv enforced'],
  ...[
    'dirSyncEnabled',
    'directorySynced',
    'last dirsync time',
    'last password change time stamp',
    'password never expires',
  ],
  ...['strong password required', 'soft deletion time stamp', 'release track', 'oath token metadata', 'when created'],
  ...['createdDateTime', 'createdTimestamp', 'created', 'timezone', 'auth', 'course1', 'cohort1', 'group1', 'role1'],
  ...[
    'ageGroup',
    'consentProvidedForMinor',
    'legalAgeGroupClassification',
    'invitationState',
    'identityIssuer',
    'requiredActions',
  ],
];

/** Ignores case, accents, spaces and punctuation: `User name`, `username` and `USER-NAME` are the same. */
export const foldLabel = (text: string): string => foldName(text).replace(/[^\p{L}\p{N}]/gu, '');

/** A heading and the name of the property in brackets: `User name [userPrincipalName] Required`. */
const bracketed = /^([^[]*)\[([^\]]*)\]/;

/**
 * @param own the columns of Parvis by heading, folded with `foldLabel`
 * @param reasons the headings of the column that contains the reasons in files of rejected rows
 * @returns a function that returns the meaning of a heading, or null if it is unknown
 */
export function createHeadings(
  own: ReadonlyMap<string, string>,
  reasons: readonly string[],
): (text: string) => Heading | null {
  const headings = new Map<string, Heading>();
  const add = (texts: readonly string[], heading: Heading): void => {
    for (const text of texts) if (!headings.has(foldLabel(text))) headings.set(foldLabel(text), heading);
  };
  for (const [label, column] of own) headings.set(label, { column: column as CsvColumn, rank: 0 });
  add(reasons, { column: 'reason' });
  for (const [column, ranks] of Object.entries(synonyms)) {
    for (const [index, texts] of ranks.entries()) add(texts, { column: column as CsvColumn, rank: index + 1 });
  }
  add(passwords, { column: 'password' });
  add(usual, { column: 'usual' });
  const find = (text: string): Heading | null => headings.get(foldLabel(text)) ?? null;
  return (text) => {
    const [, label = text, property = ''] = bracketed.exec(text) ?? [];
    return find(text) ?? find(property) ?? find(label.replace(/\([^)]*\)/g, ''));
  };
}

import type { CodedError, ErrorCode, ErrorParameters, PlainErrorCode } from '../domain/errors.ts';
import type { TextValues } from './translator.ts';

type Texts = Readonly<Record<PlainErrorCode, string>> & {
  readonly [Code in keyof ErrorParameters]: string | ((parameters: ErrorParameters[Code]) => string);
};

/** The locale key of the message for each error code, or a function if the key depends on a parameter. */
export const errorTexts: Texts = {
  'approval.late': 'approvals:error.late',
  'approval.noMail': 'approvals:error.noMail',
  'approval.notConfirmed': 'approvals:error.notConfirmed',
  'approval.reasonMissing': 'approvals:error.reasonMissing',
  'bulk.tooMany': 'users:bulk.error.tooMany',
  'displayName.malformed': 'tenants:error.personName',
  'displayName.missing': 'users:error.nameMissing',
  'domain.elsewhere': 'tenants:error.domainElsewhere',
  'domain.malformed': 'tenants:error.domain',
  'domain.taken': 'tenants:error.domainTaken',
  'field.malformed': 'errors:field.malformed',
  'field.tooLong': 'errors:field.tooLong',
  'field.unknownValue': 'errors:field.unknownValue',
  'import.columnsNotLeftOut': 'imports:error.columnsNotLeftOut',
  'import.duplicateColumns': 'imports:file.columnsTwice',
  'import.malformed': 'imports:file.broken',
  'import.modeNotPossible': 'imports:error.notInThisWay',
  'import.noRows': 'imports:file.noRows',
  'import.notDone': 'imports:error.notDone',
  'import.notText': 'imports:file.noText',
  'import.passwordsUnderWay': 'imports:error.underWay',
  'import.rowTooLong': 'imports:file.rowTooLong',
  'import.tooManyRows': 'imports:file.tooManyRows',
  'import.tooLarge': 'imports:file.tooLarge',
  'import.unknownEncoding': 'imports:file.unknownEncoding',
  'import.unknownColumns': 'imports:file.unknownColumns',
  'import.usernameColumnMissing': 'imports:file.noUsername',
  'import.workbook': 'imports:file.workbook',
  'importRow.brokenCharacters': 'imports:fault.brokenCharacters',
  'importRow.duplicate': 'imports:fault.again',
  'importRow.malformed': 'imports:fault.malformed',
  'importRow.noName': 'imports:fault.noName',
  'importRow.outdated': 'imports:fault.meanwhile',
  'importRow.strayCells': 'imports:fault.cells',
  'importRow.tooLong': 'imports:fault.tooLong',
  'importRow.unknownValue': 'imports:fault.unknownWord',
  'language.notOffered': 'errors:reason.languageOfRegion',
  'link.noMail': 'links:noMail.text',
  'operator.levelNotAllowed': 'tenants:error.operatorLevel',
  'operator.unknown': 'tenants:error.unknownOperator',
  'password.changed': 'passwords:conflict',
  'password.confirmationDiffers': 'passwords:error.differs',
  'password.containsName': 'passwords:error.containsName',
  'password.easyToGuess': 'passwords:error.easyToGuess',
  'password.likeTemporary': 'passwords:error.sameAsTemporary',
  'password.listed': 'passwords:error.listed',
  'password.missing': 'passwords:error.missing',
  'password.reused': 'passwords:error.reused',
  'password.tooLong': 'passwords:error.tooLong',
  'password.tooShort': 'passwords:error.tooShort',
  'password.unchanged': 'passwords:error.unchanged',
  'password.wrong': 'passwords:error.currentWrong',
  // There is room for only a short reason beside a field. The page for a denied action names the place where it is
  // performed.
  'permission.denied': ({ because }) => (because === 'elsewhere' ? 'policy:elsewhere.title' : `policy:${because}.text`),
  'personalData.tenantMoving': 'personal-data:error.moving',
  'request.notAForm': 'errors:reason.notAForm',
  'rule.noApprovers': 'rules:noApprovers',
  'rule.outOfBounds': ({ rule }) => `account-settings:rules.outOfBounds.${rule}`,
  'secondFactor.changed': 'second-factor:conflict',
  'secondFactor.codeWrong': 'second-factor:error.code',
  'secondFactor.firstCodeWrong': 'second-factor:error.firstCode',
  'secondFactor.required': 'second-factor:required',
  'secondFactor.unreadable': 'second-factor:error.unreadable',
  'session.changed': 'sign-in:meanwhile',
  'support.alreadyGranted': 'support:error.already',
  'support.hoursOutOfBounds': 'support:error.hours',
  'support.operatorUnknown': 'support:error.unknown',
  'support.purposeMissing': 'support:error.purpose',
  'tenant.moving': 'tenants:error.moving',
  'tenant.nameMalformed': 'tenants:error.name',
  'tenant.unknown': 'tenants:error.unknown',
  'user.lastApprovers': 'users:lastApprovers.error',
  'user.lastGlobalAdmin': 'users:lastGlobalAdmin',
  'username.malformed': 'tenants:error.username',
  'username.missing': 'users:error.usernameMissing',
  'username.ofDeletedUser': 'imports:fault.deleted',
  'username.otherDomain': 'tenants:error.usernameDomain',
  'username.taken': 'tenants:error.usernameTaken',
};

/** @returns the locale key of an error's text, and the values to interpolate */
export function textOfError(error: CodedError): { readonly key: string; readonly values?: TextValues } {
  const text = (errorTexts as Readonly<Record<ErrorCode, string | ((parameters: unknown) => string)>>)[error.code];
  const key = typeof text === 'string' ? text : text(error.parameters);
  return error.parameters === undefined ? { key } : { key, values: error.parameters };
}

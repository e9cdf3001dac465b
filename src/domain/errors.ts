import type { DenialReason } from './denial-reason.ts';

/** The kinds of failures that are thrown. Errors that a page can explain are returned instead. */
export type FailureKind =
  | 'notFound'
  | 'forbidden'
  | 'conflict'
  | 'throttled'
  | 'overloaded'
  | 'unavailable'
  | 'badRequest'
  | 'staleForm'
  | 'methodNotAllowed'
  | 'misdirected'
  | 'tooLarge';

/**
 * Error codes without parameters. Codes are stable, because interfaces return them and import rows store them: never
 * rename or reuse a code. `src/i18n/error-texts.ts` maps each code to its message.
 */
export type PlainErrorCode =
  | 'approval.late'
  | 'approval.noMail'
  | 'approval.notConfirmed'
  | 'approval.reasonMissing'
  | 'bulk.tooMany'
  | 'displayName.malformed'
  | 'displayName.missing'
  | 'domain.elsewhere'
  | 'domain.malformed'
  | 'domain.taken'
  | 'field.malformed'
  | 'field.tooLong'
  | 'import.columnsNotLeftOut'
  | 'import.modeNotPossible'
  | 'import.noRows'
  | 'import.notDone'
  | 'import.notText'
  | 'import.passwordsUnderWay'
  | 'import.unknownEncoding'
  | 'import.workbook'
  | 'importRow.brokenCharacters'
  | 'importRow.malformed'
  | 'importRow.outdated'
  | 'importRow.strayCells'
  | 'importRow.tooLong'
  | 'language.notOffered'
  | 'link.noMail'
  | 'operator.levelNotAllowed'
  | 'operator.unknown'
  | 'password.changed'
  | 'password.confirmationDiffers'
  | 'password.containsName'
  | 'password.easyToGuess'
  | 'password.likeTemporary'
  | 'password.listed'
  | 'password.missing'
  | 'password.reused'
  | 'password.unchanged'
  | 'password.wrong'
  | 'personalData.tenantMoving'
  | 'request.notAForm'
  | 'rule.noApprovers'
  | 'secondFactor.changed'
  | 'secondFactor.codeWrong'
  | 'secondFactor.firstCodeWrong'
  | 'secondFactor.required'
  | 'secondFactor.unreadable'
  | 'session.changed'
  | 'support.alreadyGranted'
  | 'support.operatorUnknown'
  | 'support.purposeMissing'
  | 'tenant.moving'
  | 'tenant.nameMalformed'
  | 'tenant.unknown'
  | 'user.lastApprovers'
  | 'user.lastGlobalAdmin'
  | 'username.malformed'
  | 'username.missing'
  | 'username.ofDeletedUser'
  | 'username.otherDomain'
  | 'username.taken';

/** Error codes whose messages have parameters. */
export interface ErrorParameters {
  /** `field` is the name of the parameter or property with the value. */
  readonly 'field.unknownValue': { readonly field: string };
  /** Headings that occur more than once, joined by commas. */
  readonly 'import.duplicateColumns': { readonly names: readonly string[] };
  /** `line` is the row number in a spreadsheet: the first row is 1. */
  readonly 'import.malformed': { readonly line: number };
  readonly 'import.rowTooLong': { readonly line: number };
  /** `count` is the maximum number of rows. */
  readonly 'import.tooManyRows': { readonly count: number };
  /** `size` is the limit, in MiB. */
  readonly 'import.tooLarge': { readonly size: number };
  readonly 'import.unknownColumns': { readonly names: readonly string[] };
  /** `names` are the headings of the file. */
  readonly 'import.usernameColumnMissing': { readonly names: readonly string[] };
  /** `line` is the number of the first row with this user name. */
  readonly 'importRow.duplicate': { readonly line: number };
  /** `value` is a placeholder that databases and spreadsheets write for a missing value, such as `#N/A`. */
  readonly 'importRow.noName': { readonly value: string };
  readonly 'importRow.unknownValue': { readonly value: string };
  /** `count` is the limit, in Unicode code points. */
  readonly 'password.tooLong': { readonly count: number };
  readonly 'password.tooShort': { readonly count: number };
  readonly 'permission.denied': { readonly because: DenialReason };
  readonly 'rule.outOfBounds': { readonly rule: string; readonly least: number; readonly most: number };
  readonly 'support.hoursOutOfBounds': { readonly most: number };
}

export type ErrorCode = PlainErrorCode | keyof ErrorParameters;

/** An error as plain data: a stable code with its parameters. */
export type CodedError =
  | { readonly code: PlainErrorCode; readonly parameters?: undefined }
  | {
      [Code in keyof ErrorParameters]: { readonly code: Code; readonly parameters: ErrorParameters[Code] };
    }[keyof ErrorParameters];

/** An error in a field of a form or an import row. */
export type FieldFault = CodedError & { readonly field: string };

/** Assigns an error to a field. */
export const inField = (field: string, error: CodedError): FieldFault => ({ field, ...error });

interface FailureDetails {
  /** Seconds after which the request can be repeated. */
  readonly retryAfter?: number;
  /** The reason to log, if the kind and the code do not convey it. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** An error that interfaces show to the client. It contains no internal details. */
export class Failure extends Error {
  readonly kind: FailureKind;
  /** The stable code of the error; null if only the kind is known. */
  readonly code: ErrorCode | null;
  readonly parameters: CodedError['parameters'];
  /** Seconds after which the request can be repeated. */
  readonly retryAfter: number | null;
  /** The reason to log: the most specific of reason, code and kind. */
  readonly reason: string;

  constructor(kind: FailureKind, details: FailureDetails & (CodedError | { readonly code?: undefined }) = {}) {
    super(details.code ?? kind, { cause: details.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.code = details.code ?? null;
    this.parameters = details.code === undefined ? undefined : details.parameters;
    this.retryAfter = details.retryAfter ?? null;
    this.reason = details.reason ?? details.code ?? kind;
  }

  /** The error as plain data; null if only its kind is known. */
  get coded(): CodedError | null {
    return this.code === null ? null : ({ code: this.code, parameters: this.parameters } as CodedError);
  }
}

export const notFound = (): Failure => new Failure('notFound');
export const conflict = (code: PlainErrorCode): Failure => new Failure('conflict', { code });

/** The queues that reject requests while they are full. */
export type BoundedQueue = 'passwordHashing' | 'passwordCheck' | 'accountRecovery';

export const overloaded = (reason: BoundedQueue, retryAfter: number): Failure =>
  new Failure('overloaded', { reason, retryAfter });

import type { Refusal } from './refusal.ts';

/** The few failures that have a name. What a page can explain is returned instead; these are thrown. */
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
  | 'tooLarge';

/**
 * Errors whose code says everything. Codes are stable: interfaces answer with them, and import rows store them. Add new ones; don't
 * rename or reuse any. Their sentences are in `src/i18n/error-texts.ts`.
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
  | 'import.modeNotPossible'
  | 'import.noRows'
  | 'import.notDone'
  | 'import.notText'
  | 'import.passwordsUnderWay'
  | 'import.workbook'
  | 'importRow.outdated'
  | 'importRow.strayCells'
  | 'language.notOffered'
  | 'link.noMail'
  | 'operator.levelNotAllowed'
  | 'operator.unknown'
  | 'password.changed'
  | 'password.confirmationDiffers'
  | 'password.containsName'
  | 'password.easyToGuess'
  | 'password.likeTemporary'
  | 'password.missing'
  | 'password.unchanged'
  | 'password.wrong'
  | 'personalData.tenantMoving'
  | 'request.notAForm'
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
  | 'user.lastGlobalAdmin'
  | 'username.malformed'
  | 'username.missing'
  | 'username.ofDeletedUser'
  | 'username.otherDomain'
  | 'username.taken';

/** Errors with the values that explain them. */
export interface ErrorParameters {
  /** `field` as the function that refuses it calls it. */
  readonly 'field.unknownValue': { readonly field: string };
  /** Headings that occur more than once, joined by commas. */
  readonly 'import.duplicateColumns': { readonly names: readonly string[] };
  /** `line` counts as a spreadsheet does: the first row is 1. */
  readonly 'import.malformed': { readonly line: number };
  readonly 'import.rowTooLong': { readonly line: number };
  /** `count` is the largest number of rows that is allowed. */
  readonly 'import.tooManyRows': { readonly count: number };
  /** `size` is the limit, in MiB. */
  readonly 'import.tooLarge': { readonly size: number };
  readonly 'import.unknownColumns': { readonly names: readonly string[] };
  /** `names` are the headings that the file has instead. */
  readonly 'import.usernameColumnMissing': { readonly names: readonly string[] };
  /** `line` is the first row with the same user name. */
  readonly 'importRow.duplicate': { readonly line: number };
  readonly 'importRow.unknownValue': { readonly value: string };
  /** `count` is the limit, in Unicode code points. */
  readonly 'password.tooLong': { readonly count: number };
  readonly 'password.tooShort': { readonly count: number };
  readonly 'permission.denied': { readonly because: Refusal };
  readonly 'rule.outOfBounds': { readonly rule: string; readonly least: number; readonly most: number };
  readonly 'support.hoursOutOfBounds': { readonly most: number };
}

export type ErrorCode = PlainErrorCode | keyof ErrorParameters;

/** An error as plain data: a stable code, with its parameters where it has any. */
export type CodedError =
  | { readonly code: PlainErrorCode; readonly parameters?: undefined }
  | {
      [Code in keyof ErrorParameters]: { readonly code: Code; readonly parameters: ErrorParameters[Code] };
    }[keyof ErrorParameters];

/** Something wrong in one field. */
export type FieldFault = CodedError & { readonly field: string };

/** @returns an error as the fault of a field */
export const inField = (field: string, error: CodedError): FieldFault => ({ field, ...error });

interface FailureDetails {
  /** Seconds after which the same request makes sense again. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** Carries what an interface needs to answer, and nothing internal. */
export class Failure extends Error {
  readonly kind: FailureKind;
  /** Says why, where the kind alone is not enough. */
  readonly code: ErrorCode | null;
  readonly parameters: CodedError['parameters'];
  /** Seconds after which the same request makes sense again. */
  readonly retryAfter: number | null;

  constructor(kind: FailureKind, details: FailureDetails & (CodedError | { readonly code?: undefined }) = {}) {
    super(details.code ?? kind, { cause: details.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.code = details.code ?? null;
    this.parameters = details.code === undefined ? undefined : details.parameters;
    this.retryAfter = details.retryAfter ?? null;
  }

  /** The error as plain data; null where only its kind is known. */
  get coded(): CodedError | null {
    return this.code === null ? null : ({ code: this.code, parameters: this.parameters } as CodedError);
  }
}

export const notFound = (): Failure => new Failure('notFound');
export const conflict = (code: PlainErrorCode): Failure => new Failure('conflict', { code });
export const overloaded = (retryAfter: number): Failure => new Failure('overloaded', { retryAfter });

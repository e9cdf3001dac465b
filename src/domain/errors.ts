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

/** Carries what the error page needs and nothing of the inside. */
export class Failure extends Error {
  readonly kind: FailureKind;
  /** Locale key of the sentence that explains it, where the kind's own sentence is not enough. */
  readonly because: string | null;
  /** Seconds after which the same request makes sense again. */
  readonly retryAfter: number | null;

  constructor(kind: FailureKind, details: { because?: string; retryAfter?: number; cause?: unknown } = {}) {
    super(details.because ?? kind, { cause: details.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.because = details.because ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }
}

export const notFound = (): Failure => new Failure('notFound');
export const conflict = (because: string): Failure => new Failure('conflict', { because });
export const overloaded = (retryAfter: number): Failure => new Failure('overloaded', { retryAfter });

/** Something wrong in one field, as a locale key with the values of its sentence. */
export interface FieldFault {
  readonly field: string;
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

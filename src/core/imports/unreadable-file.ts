import type { CodedError } from '../../domain/errors.ts';

/** Thrown if a file is rejected as a whole. */
export class UnreadableFile extends Error {
  readonly fault: CodedError;
  constructor(fault: CodedError) {
    super(fault.code);
    this.fault = fault;
  }
}

import type { CodedError } from '../../domain/errors.ts';

/** The whole file is rejected. */
export class UnreadableFile extends Error {
  readonly fault: CodedError;
  constructor(fault: CodedError) {
    super(fault.code);
    this.fault = fault;
  }
}

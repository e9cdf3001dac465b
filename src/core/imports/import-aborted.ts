import type { AbortReason } from '../../domain/imports.ts';

/** Thrown to roll back an import that cannot be applied as it was shown. */
export class ImportAborted extends Error {
  readonly reason: AbortReason;
  constructor(reason: AbortReason) {
    super(`The import is aborted: ${reason}`);
    this.name = 'ImportAborted';
    this.reason = reason;
  }
}

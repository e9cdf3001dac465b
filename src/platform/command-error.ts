/** A fault that the operator can mend; said in one line, without a stack. */
export class CommandError extends Error {}

import type { Logger } from 'pino';

/** A log in which an error is its name, its words and its way: what a database quotes of a row stays out. */
export const withSafeErrors = (log: Logger): Logger => log.child({}, { serializers: { err: serializeError } });

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...('code' in error ? { code: error.code } : {}),
    stack,
    ...(cause === undefined ? {} : { cause: serializeError(cause) }),
  };
}

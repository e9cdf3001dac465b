import type { Logger } from 'pino';

/**
 * @returns a logger that logs only name, message, code, stack and cause of errors; other properties may quote database
 * rows
 */
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

import { CommandError } from './command-error.ts';
import { findStoreFault } from './database/unavailable.ts';

/** The setting and the file that an operator checks after a failed start. */
export interface StartFaultPlace {
  readonly setting: string;
  /** The path of the file that the setting determines. */
  readonly file?: string;
}

/** Thrown if a server cannot start. The message is one sentence without secrets. */
export class StartFault extends CommandError {
  readonly place: StartFaultPlace;
  /** The code of the error, such as `ECONNREFUSED`; null if the cause has none. */
  readonly code: string | null;

  /** @param explanation the message to show instead of the cause's message */
  constructor(place: StartFaultPlace, cause: unknown, explanation = explanationOf(cause, place)) {
    super(`${place.setting}: ${explanation}`, { cause });
    this.place = place;
    this.code = findStoreFault(cause)?.code ?? codeOf(cause);
  }
}

/**
 * Runs a step of the start.
 * @throws StartFault with the setting that the step depends on
 */
export async function startStep<T>(place: StartFaultPlace, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof StartFault ? error : new StartFault(place, error);
  }
}

/** Why the server cannot listen on an address, by the code of the error. */
const listenFaults: Readonly<Record<string, (address: string) => string>> = {
  EADDRINUSE: (address) => `${address} is in use by another process`,
  EACCES: (address) => `this user may not listen on ${address}`,
  EADDRNOTAVAIL: (address) => `${address} is not an address of this machine`,
  // A machine without IPv6 rejects all IPv6 addresses with this code.
  EAFNOSUPPORT: (address) => `${address} is not an address of this machine`,
  ENOTFOUND: (address) => `${address} is not an address of this machine`,
};

/** @returns the fault that names the setting, given the error of `listen` */
export function listenFaultOf(error: unknown, host: string, port: number): StartFault {
  const code = codeOf(error) ?? '';
  const setting = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENOTFOUND', 'EAI_AGAIN'].includes(code) ? 'HOST' : 'PORT';
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new StartFault({ setting }, error, listenFaults[code]?.(address));
}

/**
 * @param fault a fault in the configuration, which begins with the name of the setting
 * @returns the setting and, if the fault names a file, the file; null if the fault names no setting
 */
export function placeOfSettingFault(fault: string): StartFaultPlace | null {
  const [, setting, file] = /^([A-Z][A-Z_]+): (?:(\/[^:]+\.json): )?/.exec(fault) ?? [];
  if (setting === undefined) return null;
  return file === undefined ? { setting } : { setting, file };
}

function explanationOf(cause: unknown, { file }: StartFaultPlace): string {
  if (cause instanceof CommandError) return cause.message;
  const explanation = findStoreFault(cause)?.explanation ?? messageOf(cause);
  const where = file === undefined ? '' : `, file ${file}`;
  const code = findStoreFault(cause)?.code ?? codeOf(cause);
  return code === null ? explanation : `${explanation} (${code}${where})`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

import { CommandError } from './command-error.ts';
import { findStoreFault } from './database/unavailable.ts';

/** What an operator checks after a failed start. */
export interface StartFaultPlace {
  readonly setting: string;
  /** The file that the setting leads to. */
  readonly file?: string;
}

/** Thrown if a server cannot start. The message is one sentence without secrets. */
export class StartFault extends CommandError {
  readonly place: StartFaultPlace;
  /** Such as `ECONNREFUSED`; null if the cause has none. */
  readonly code: string | null;

  constructor(place: StartFaultPlace, cause: unknown) {
    super(`${place.setting}: ${explanationOf(cause, place)}`, { cause });
    this.place = place;
    this.code = findStoreFault(cause)?.code ?? codeOf(cause);
  }
}

/** Runs a step of the start. @throws StartFault with the setting that the step depends on */
export async function startStep<T>(
  place: StartFaultPlace | ((error: unknown) => StartFaultPlace),
  step: () => T | Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new StartFault(typeof place === 'function' ? place(error) : place, error);
  }
}

/** @returns the setting that decides where a server listens, given the error of `listen` */
export function listenPlaceOf(error: unknown): StartFaultPlace {
  const code = codeOf(error) ?? '';
  return { setting: ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code) ? 'HOST' : 'PORT' };
}

/** @returns the setting at the beginning of a fault in the configuration, and the file that the fault names */
export function placeOfSettingFault(fault: string): StartFaultPlace | null {
  const [, setting, file] = /^([A-Z][A-Z_]+): (?:(\/[^:]+\.json): )?/.exec(fault) ?? [];
  if (setting === undefined) return null;
  return file === undefined ? { setting } : { setting, file };
}

function explanationOf(cause: unknown, { file }: StartFaultPlace): string {
  if (cause instanceof CommandError) return cause.message;
  const explanation = findStoreFault(cause)?.explanation ?? listenFaults.get(codeOf(cause) ?? '') ?? messageOf(cause);
  const where = file === undefined ? '' : `, file ${file}`;
  const code = findStoreFault(cause)?.code ?? codeOf(cause);
  return code === null ? explanation : `${explanation} (${code}${where})`;
}

const listenFaults: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'Another process uses this port.'],
  ['EACCES', 'The process may not use this port or file.'],
  ['EADDRNOTAVAIL', 'This address does not belong to the machine.'],
]);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

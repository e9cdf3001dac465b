import { CommanderError } from 'commander';
import { SchemaNotCurrent } from '../platform/database/deployment.ts';
import { UnknownMigrations } from '../platform/database/schema-state.ts';
import { CommandError } from '../platform/command-error.ts';
import { StoreMismatch } from '../platform/region-identity.ts';

type SystemError = Error & {
  readonly code?: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
};

const fileFaults: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
};

/** @returns the message that a failed command prints, with one line per fault */
export function messageOf(error: unknown): string {
  if (error instanceof CommanderError) return usageMessage(error);
  if (
    error instanceof CommandError ||
    error instanceof StoreMismatch ||
    error instanceof SchemaNotCurrent ||
    error instanceof UnknownMigrations
  )
    return error.message;
  return systemMessage(error) ?? String(error);
}

// Commander has already printed its message to standard error, with this prefix.
const usageMessage = ({ code, message }: CommanderError): string =>
  code === 'commander.help' ? 'A command is missing; --help lists them' : message.replace(/^error: /, '');

function systemMessage(error: unknown): string | null {
  // Connecting to a host name fails with one error for each of its IP addresses.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return null;
  const { code = '', path, address, port } = first as SystemError;
  const fault = fileFaults[code];
  if (fault !== undefined && path !== undefined) return `Cannot open ${path}: ${fault}`;
  return address !== undefined && port !== undefined ? `Cannot connect to ${address}:${port} (${code})` : null;
}

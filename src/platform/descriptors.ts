import { close, open } from 'node:fs';
import type { Server } from 'node:http';
import os from 'node:os';
import type { OutageReporter } from './outages.ts';

const probeEveryMs = 1_000;
/** The number of file descriptors that are reserved for stores, views, logs and mail. */
const reserved = 64;

const dependency = {
  name: 'File descriptors',
  setting: null,
  down: 'The process has run out of file descriptors',
  up: 'The process has file descriptors again',
} as const;
const explanation =
  'New connections are closed. Raise the limit of open files (ulimit -n, or LimitNOFILE of systemd), or run more processes.';

/**
 * Reserves file descriptors for the stores, so that pages don't fail because of too many connections, and reports when
 * none are left: the operating system then closes connections without an error that Node could report.
 * @param limit the number of files and connections that the process may open; null if there is no limit
 * @returns a function that stops the reporting
 */
export function watchDescriptors(server: Server, outages: OutageReporter, limit: number | null): () => void {
  if (limit !== null) server.maxConnections = Math.max(limit - reserved, Math.floor(limit / 2));
  server.on('drop', () => outages.report({ dependency, code: 'EMFILE', explanation }));
  server.on('error', (error) => reportIfExhausted(outages, error));
  const timer = setInterval(() => probe(outages), probeEveryMs).unref();
  return () => clearInterval(timer);
}

function probe(outages: OutageReporter): void {
  open(os.devNull, (error, descriptor) => {
    if (error === null) close(descriptor);
    else reportIfExhausted(outages, error);
  });
}

function reportIfExhausted(outages: OutageReporter, { code = '' }: NodeJS.ErrnoException): void {
  if (code === 'EMFILE' || code === 'ENFILE') outages.report({ dependency, code, explanation });
}

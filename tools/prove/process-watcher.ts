import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isLoopback, openDescriptorsOf, systemShowsProcesses, tcpSockets } from './proc.ts';

/** A process of a region, with its observed connections and files. */
export interface Watched {
  readonly region: string;
  readonly label: string;
  readonly pid: number;
  /** The file in which the process records its actions. */
  readonly record: string;
  /**
   * The resources that the system has reported, and how often, such as `listening 127.0.0.1:3000`, `file /…`, or a
   * local port and a remote address: `socket 50123 127.0.0.1:5432`.
   */
  readonly seen: Map<string, number>;
  /** The inodes of sockets that have been counted. */
  readonly sockets: Set<string>;
  samples: number;
}

export interface Watching {
  add(region: string, label: string, pid: number, record: string): void;
  /** Samples every process now. */
  sample(): void;
  stop(): void;
  readonly processes: readonly Watched[];
  /** @returns the longest time between two samples, in milliseconds */
  longestGapMs(): number;
}

const minIntervalMs = 5;
// Sampling must not slow down the watched processes, so it may use at most a tenth of the time.
const restFactor = 9;
// The number of samples in which a socket is looked up in /proc/net/tcp. Non-TCP sockets are never listed there, and a
// socket that is still connecting is listed only later.
const maxLookups = 5;

/**
 * Samples the open files and sockets of the processes every few milliseconds.
 * @param folders the folders in which opened files are reported
 */
export function startWatching(folders: readonly string[]): Watching {
  const watcher = new ProcessWatcher(folders);
  watcher.start();
  return watcher;
}

class ProcessWatcher implements Watching {
  readonly processes: Watched[] = [];
  readonly #folders: readonly string[];
  readonly #exited = new Set<number>();
  // The connection of each inode. It never changes, so each socket is looked up only once.
  readonly #connections = new Map<string, string>();
  readonly #lookups = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #lastAt = performance.now();
  #longestGapMs = 0;

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  start(): void {
    const began = performance.now();
    this.sample();
    this.#timer = setTimeout(() => this.start(), Math.max(minIntervalMs, restFactor * (performance.now() - began)));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  add(region: string, label: string, pid: number, record: string): void {
    // A new process's first sockets are its stdio pipes. They are not TCP sockets, so they need no lookup.
    for (const inode of openDescriptorsOf(pid)?.sockets ?? []) this.#lookups.set(inode, maxLookups);
    this.processes.push({ region, label, pid, record, seen: new Map(), sockets: new Set(), samples: 0 });
  }

  longestGapMs(): number {
    return Math.round(this.#longestGapMs);
  }

  sample(): void {
    const now = performance.now();
    if (this.processes.length > this.#exited.size)
      this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastAt);
    this.#lastAt = now;
    if (!systemShowsProcesses) return;
    const running = this.processes.filter(({ pid }) => !this.#exited.has(pid));
    const snapshots = running.map((each) => ({ each, open: openDescriptorsOf(each.pid) }));
    this.#lookUp(snapshots.flatMap(({ open }) => open?.sockets ?? []));
    for (const { each, open } of snapshots) {
      if (open === null) this.#exited.add(each.pid);
      else this.#note(each, open);
    }
  }

  #note(each: Watched, { sockets, files }: NonNullable<ReturnType<typeof openDescriptorsOf>>): void {
    each.samples++;
    for (const inode of sockets) {
      const description = this.#connections.get(inode);
      if (description === undefined || each.sockets.has(inode)) continue;
      each.sockets.add(inode);
      each.seen.set(description, (each.seen.get(description) ?? 0) + 1);
    }
    for (const file of files) if (isBelow(this.#folders, file)) each.seen.set(`file ${file}`, 1);
  }

  #lookUp(inodes: readonly string[]): void {
    const unknown = inodes.filter(
      (inode) => !this.#connections.has(inode) && (this.#lookups.get(inode) ?? 0) < maxLookups,
    );
    if (unknown.length === 0) return;
    const descriptions = new Map(tcpSockets().map((socket) => [socket.inode, describeSocket(socket)]));
    for (const inode of unknown) {
      const found = descriptions.get(inode);
      if (found !== undefined) this.#connections.set(inode, found);
      this.#lookups.set(inode, (this.#lookups.get(inode) ?? 0) + 1);
    }
  }
}

function describeSocket({ state, local, remote }: ReturnType<typeof tcpSockets>[number]): string {
  if (state === 'listening') return `listening ${local.address}:${local.port}`;
  // If the connection is incoming, its local port is a port on which the process listens.
  return `socket ${local.port} ${remote.address}:${remote.port}`;
}

export const isBelow = (folders: readonly string[], file: string): boolean =>
  folders.some((folder) => file === folder || file.startsWith(folder + path.sep));

/** A connection, file or other resource that a process requested or had open. */
export interface Contact {
  readonly what: 'connection' | 'listening' | 'name' | 'file' | 'process' | 'datagram';
  readonly to: string;
  readonly count: number;
  readonly by: 'process' | 'system';
}

/** @returns whether the process recorded its own actions, and all of its contacts */
export function contactsOf({ record, seen }: Watched): { watchedItself: boolean; contacts: Contact[] } {
  const lines = existsSync(record) ? readFileSync(record, 'utf8').split('\n').filter(Boolean) : [];
  const recorded = lines.map((line) => JSON.parse(line) as { what: Contact['what'] | 'watching'; to: string });
  const counts = new Map<string, number>();
  for (const { what, to } of recorded) counts.set(`${what} ${to}`, (counts.get(`${what} ${to}`) ?? 0) + 1);
  return {
    watchedItself: counts.has('watching main'),
    contacts: [...contactsIn(counts, 'process'), ...contactsIn(withoutIncoming(seen), 'system')],
  };
}

function contactsIn(counts: ReadonlyMap<string, number>, by: Contact['by']): Contact[] {
  return [...counts].flatMap(([description, count]) => {
    const [, what = '', to = ''] = /^(\w+) (.*)$/s.exec(description) ?? [];
    return what === 'watching' ? [] : [{ what: what as Contact['what'], to, count, by }];
  });
}

function withoutIncoming(seen: ReadonlyMap<string, number>): Map<string, number> {
  const ports = new Set([...seen.keys()].flatMap((description) => /^listening .*:(\d+)$/.exec(description)?.[1] ?? []));
  const outgoing = new Map<string, number>();
  for (const [description, count] of seen) {
    const [, local, remote] = /^socket (\d+) (.*)$/.exec(description) ?? [];
    if (local === undefined) outgoing.set(description, count);
    else if (!ports.has(local))
      outgoing.set(`connection ${remote}`, (outgoing.get(`connection ${remote}`) ?? 0) + count);
  }
  return outgoing;
}

/** Parses the target of a connection. */
export function parseTarget(to: string): { host: string; port: number; local: boolean } {
  const [, host = to, port = '0'] = /^(.*):(\d+)$/.exec(to) ?? [];
  return { host, port: Number(port), local: isLoopback(host) };
}

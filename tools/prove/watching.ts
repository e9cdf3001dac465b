import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isLoopback, openOf, systemShowsProcesses, tcpSockets } from './proc.ts';

/** A process of a region, and everything outside itself that it was seen with. */
export interface Watched {
  readonly region: string;
  readonly label: string;
  readonly pid: number;
  /** Where the process itself writes down what it asks for. */
  readonly record: string;
  /** What the system showed: `connection 127.0.0.1:5432`, `listening 127.0.0.1:3000`, `file /…`. */
  readonly seen: Map<string, number>;
  /** Inodes that were looked at already. */
  readonly sockets: Set<string>;
  samples: number;
}

export interface Watching {
  add(region: string, label: string, pid: number, record: string): void;
  /** Looks at every process now. */
  sample(): void;
  stop(): void;
  readonly processes: readonly Watched[];
  /** The longest time between two looks, in ms. */
  longestGapMs(): number;
}

const oftenestMs = 5;
// Looking must not slow down what is looked at: it takes a tenth of the time at most.
const restFactor = 9;
// A socket that is not TCP never shows up among those; one that is about to connect does at the next look.
const mostTries = 5;

/**
 * Looks from outside, every few milliseconds, at what the processes have open.
 * @param folders of which files are told
 */
export function startWatching(folders: readonly string[]): Watching {
  const processes: Watched[] = [];
  const gone = new Set<number>();
  // A socket is one connection for as long as it lives: it is looked up once.
  const known = new Map<string, string>();
  const tries = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let [lastAt, longest] = [performance.now(), 0];

  const sample = (): void => {
    const now = performance.now();
    if (processes.length > gone.size) longest = Math.max(longest, now - lastAt);
    lastAt = now;
    if (!systemShowsProcesses) return;
    const open = processes.filter(({ pid }) => !gone.has(pid)).map((each) => ({ each, open: openOf(each.pid) }));
    lookUp(open.flatMap(({ open: it }) => it?.sockets ?? []));
    for (const { each, open: it } of open) {
      if (it === null) gone.add(each.pid);
      else each.samples++;
      for (const inode of it?.sockets ?? []) {
        const words = known.get(inode);
        if (words === undefined || each.sockets.has(inode)) continue;
        each.sockets.add(inode);
        note(each, words);
      }
      for (const file of it?.files ?? []) if (isBelow(folders, file)) each.seen.set(`file ${file}`, 1);
    }
  };
  const lookUp = (inodes: readonly string[]): void => {
    const unknown = inodes.filter((inode) => !known.has(inode) && (tries.get(inode) ?? 0) < mostTries);
    if (unknown.length === 0) return;
    const words = new Map(tcpSockets().map((socket) => [socket.inode, socketWords(socket)]));
    for (const inode of unknown) {
      const found = words.get(inode);
      if (found !== undefined) known.set(inode, found);
      tries.set(inode, (tries.get(inode) ?? 0) + 1);
    }
  };
  const note = (each: Watched, what: string): void => void each.seen.set(what, (each.seen.get(what) ?? 0) + 1);
  const next = (): void => {
    const began = performance.now();
    sample();
    timer = setTimeout(next, Math.max(oftenestMs, restFactor * (performance.now() - began)));
  };
  next();
  return {
    processes,
    sample,
    add: (region, label, pid, record) => {
      // What a process is born with are its pipes: they are sockets, but none of TCP.
      for (const inode of openOf(pid)?.sockets ?? []) tries.set(inode, mostTries);
      processes.push({ region, label, pid, record, seen: new Map(), sockets: new Set(), samples: 0 });
    },
    stop: () => clearTimeout(timer),
    longestGapMs: () => Math.round(longest),
  };
}

function socketWords({ state, local, remote }: ReturnType<typeof tcpSockets>[number]): string {
  if (state === 'listening') return `listening ${local.address}:${local.port}`;
  // Somebody who came in: what they came to is a port on which the process listens.
  return `socket ${local.port} ${remote.address}:${remote.port}`;
}

export const isBelow = (folders: readonly string[], file: string): boolean =>
  folders.some((folder) => file === folder || file.startsWith(folder + path.sep));

/** One thing outside itself that a process asked for or had open. */
export interface Contact {
  readonly what: 'connection' | 'listening' | 'name' | 'file' | 'process' | 'datagram';
  readonly to: string;
  readonly count: number;
  readonly by: 'process' | 'system';
}

/** @returns whether the process said that it was watching itself, and everything that it did */
export function contactsOf({ record, seen }: Watched): { watchedItself: boolean; contacts: Contact[] } {
  const lines = existsSync(record) ? readFileSync(record, 'utf8').split('\n').filter(Boolean) : [];
  const told = lines.map((line) => JSON.parse(line) as { what: Contact['what'] | 'watching'; to: string });
  const counts = new Map<string, number>();
  for (const { what, to } of told) counts.set(`${what} ${to}`, (counts.get(`${what} ${to}`) ?? 0) + 1);
  return {
    watchedItself: counts.has('watching main'),
    contacts: [...contactsIn(counts, 'process'), ...contactsIn(withoutIncoming(seen), 'system')],
  };
}

function contactsIn(counts: ReadonlyMap<string, number>, by: Contact['by']): Contact[] {
  return [...counts].flatMap(([words, count]) => {
    const [, what = '', to = ''] = /^(\w+) (.*)$/s.exec(words) ?? [];
    return what === 'watching' ? [] : [{ what: what as Contact['what'], to, count, by }];
  });
}

function withoutIncoming(seen: ReadonlyMap<string, number>): Map<string, number> {
  const ports = new Set([...seen.keys()].flatMap((words) => /^listening .*:(\d+)$/.exec(words)?.[1] ?? []));
  const outgoing = new Map<string, number>();
  for (const [words, count] of seen) {
    const [, local, remote] = /^socket (\d+) (.*)$/.exec(words) ?? [];
    if (local === undefined) outgoing.set(words, count);
    else if (!ports.has(local))
      outgoing.set(`connection ${remote}`, (outgoing.get(`connection ${remote}`) ?? 0) + count);
  }
  return outgoing;
}

/** @returns `host` and `port` of a contact's other end */
export function endOf(to: string): { host: string; port: number; local: boolean } {
  const [, host = to, port = '0'] = /^(.*):(\d+)$/.exec(to) ?? [];
  return { host, port: Number(port), local: isLoopback(host) };
}

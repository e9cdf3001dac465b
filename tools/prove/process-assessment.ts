import path from 'node:path';
import { isLoopback } from './proc.ts';
import type { RegionStores } from './stores.ts';
import { contactsOf, endOf, isBelow, type Contact, type Watched } from './process-watcher.ts';

/** What is known of a region when its processes are judged. */
export interface Territory {
  readonly region: string;
  readonly folder: string;
  readonly port: number;
  readonly stores: RegionStores;
}

/** A group of contacts of one process, in words. */
export interface Seen {
  readonly what: Contact['what'];
  readonly to: string;
  readonly count: number;
  /** Told by the process itself, or shown by the system. */
  readonly by: Contact['by'];
  readonly allowed: boolean;
}

export interface JudgedProcess {
  readonly region: string;
  readonly process: string;
  /** Whether the process wrote down what it did: without that nothing is known of it. */
  readonly watchedItself: boolean;
  readonly samples: number;
  readonly seen: readonly Seen[];
}

/** A process is allowed its own region's stores, folder and port; whatever else it touches is told. */
export function judgeProcess(watched: Watched, territories: readonly Territory[]): JudgedProcess {
  const own = territories.find(({ region }) => region === watched.region);
  const { watchedItself, contacts } = contactsOf(watched);
  const groups = new Map<string, Seen>();
  for (const contact of contacts) {
    const judged = own ? judge(contact, own, territories) : { to: contact.to, allowed: false };
    const key = [contact.what, judged.to, contact.by].join('|');
    groups.set(key, { ...contact, ...judged, count: (groups.get(key)?.count ?? 0) + contact.count });
  }
  const { region, label, samples } = watched;
  return { region, process: label, watchedItself, samples, seen: [...groups.values()] };
}

type Judgement = Pick<Seen, 'to' | 'allowed'>;

function judge({ what, to }: Contact, own: Territory, all: readonly Territory[]): Judgement {
  switch (what) {
    case 'connection':
      return judgeConnection(to, own, all);
    case 'listening': {
      const { port, local } = endOf(to);
      const allowed = local && port === own.port;
      return { to: allowed ? 'its own port of the loopback address' : to, allowed };
    }
    case 'name':
      return { to: isLoopback(to) ? 'this machine' : to, allowed: isLoopback(to) };
    case 'file':
      return judgeFile(to, own, all);
    case 'process':
    case 'datagram':
      return { to, allowed: false };
  }
}

function judgeConnection(to: string, own: Territory, all: readonly Territory[]): Judgement {
  const { port, local } = endOf(to);
  if (!local) return { to: `${to}, outside this machine`, allowed: false };
  const store = own.stores.ports.get(port);
  if (store !== undefined) return { to: store, allowed: true };
  const others = all.filter(({ region }) => region !== own.region);
  for (const { region, port: theirs, stores } of others) {
    if (port === theirs) return { to: `the portal of ${region}`, allowed: false };
    const name = stores.ports.get(port)?.replace('its own', 'the');
    if (name !== undefined) return { to: `${name} of ${region}`, allowed: false };
  }
  return { to: port === own.port ? 'its own portal' : 'something else on this machine', allowed: false };
}

function judgeFile(file: string, own: Territory, all: readonly Territory[]): Judgement {
  const isOf = ({ folder, stores }: Territory): boolean => isBelow([folder], file) || stores.files.includes(file);
  const owners = all.filter(isOf);
  const mine = owners.includes(own);
  const [other] = owners.filter((each) => each !== own);
  // A file that two regions were given is nobody's own.
  if (mine && other === undefined) return { to: 'its own data folder or database', allowed: true };
  const name = path.basename(file);
  return {
    to: other ? `the file ${name} of ${other.region}` : `the file ${name}, which is no region’s`,
    allowed: false,
  };
}

import path from 'node:path';
import { isLoopback } from './proc.ts';
import type { RegionStores } from './stores.ts';
import { contactsOf, parseTarget, isBelow, type Contact, type Watched } from './process-watcher.ts';

/** The resources that the processes of a region may use: its stores, folder and port. */
export interface Territory {
  readonly region: string;
  readonly folder: string;
  readonly port: number;
  readonly stores: RegionStores;
}

/** A group of similar contacts of one process. */
export interface ContactGroup {
  readonly what: Contact['what'];
  readonly to: string;
  readonly count: number;
  /** Whether the preload script in the process or the operating system observed the contact. */
  readonly by: Contact['by'];
  readonly allowed: boolean;
}

export interface ProcessAssessment {
  readonly region: string;
  readonly process: string;
  /** Whether the process recorded its own actions. If it did not, the proof cannot assess it. */
  readonly watchedItself: boolean;
  readonly samples: number;
  readonly seen: readonly ContactGroup[];
}

/**
 * Assesses a process, which may use the stores, the folder and the port of its own region. All other contacts are
 * reported as not allowed.
 */
export function assessProcess(watched: Watched, territories: readonly Territory[]): ProcessAssessment {
  const own = territories.find(({ region }) => region === watched.region);
  const { watchedItself, contacts } = contactsOf(watched);
  const groups = new Map<string, ContactGroup>();
  for (const contact of contacts) {
    const assessment = own ? assessContact(contact, own, territories) : { to: contact.to, allowed: false };
    const key = [contact.what, assessment.to, contact.by].join('|');
    groups.set(key, { ...contact, ...assessment, count: (groups.get(key)?.count ?? 0) + contact.count });
  }
  const { region, label, samples } = watched;
  return { region, process: label, watchedItself, samples, seen: [...groups.values()] };
}

type ContactAssessment = Pick<ContactGroup, 'to' | 'allowed'>;

function assessContact({ what, to }: Contact, own: Territory, all: readonly Territory[]): ContactAssessment {
  switch (what) {
    case 'connection':
      return assessConnection(to, own, all);
    case 'listening': {
      const { port, local } = parseTarget(to);
      const allowed = local && port === own.port;
      return { to: allowed ? 'its own port on the loopback address' : to, allowed };
    }
    case 'name':
      return { to: isLoopback(to) ? 'this machine' : to, allowed: isLoopback(to) };
    case 'file':
      return assessFile(to, own, all);
    case 'process':
    case 'datagram':
      return { to, allowed: false };
  }
}

function assessConnection(to: string, own: Territory, all: readonly Territory[]): ContactAssessment {
  const { port, local } = parseTarget(to);
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

function assessFile(file: string, own: Territory, all: readonly Territory[]): ContactAssessment {
  const isOf = ({ folder, stores }: Territory): boolean => isBelow([folder], file) || stores.files.includes(file);
  const owners = all.filter(isOf);
  const mine = owners.includes(own);
  const [other] = owners.filter((each) => each !== own);
  // If a file is in the territories of both regions, neither may open it.
  if (mine && other === undefined) return { to: 'its own data folder or database', allowed: true };
  const name = path.basename(file);
  return {
    to: other ? `the file ${name} of ${other.region}` : `the file ${name}, which belongs to neither region`,
    allowed: false,
  };
}

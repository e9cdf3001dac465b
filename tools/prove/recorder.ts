import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { openOf, systemShowsProcesses, tcpSockets } from './proc.ts';
import type { Watching } from './watching.ts';

/** Somebody who came to a store. */
export interface Caller {
  /** The region of the process that came; null for one that belongs to none. */
  readonly region: string | null;
  readonly process: string;
}

/** Stands in front of a store of one region: knows who comes, and keeps what they say. */
export interface Recorder {
  readonly region: string;
  readonly store: string;
  readonly port: number;
  readonly callers: readonly Caller[];
  /** Every byte that was sent to the store and that it answered since this was last asked. */
  take(): Buffer;
  close(): Promise<void>;
}

/** What the proof's own visits to a store are called. */
export const theProof = 'the proof itself';
const longestIdentifyingMs = 2_000;

/** @param to where the store itself listens */
export async function startRecorder(
  region: string,
  store: string,
  to: { host: string; port: number },
  watching: Watching,
): Promise<Recorder> {
  const callers: Caller[] = [];
  // One for each direction of each connection: a text that comes in two pieces is whole again.
  const streams: Buffer[][] = [];
  const open = new Set<Socket>();
  const keep = (from: Socket): void => {
    const pieces: Buffer[] = [];
    streams.push(pieces);
    from.on('data', (chunk: Buffer) => pieces.push(chunk));
  };

  // Nothing is passed on before it is known who came: meanwhile their socket is open, and the system shows whose it is.
  const accept = async (client: Socket): Promise<void> => {
    client.pause();
    open.add(client);
    client.on('error', () => client.destroy()).on('close', () => open.delete(client));
    const caller = await callerAt(client, watching);
    // Who went away before anything was passed on has not been there.
    if (client.destroyed) return;
    callers.push(caller);
    // On a system that shows whose a socket is, nobody gets through unknown.
    if (caller.region === null && caller.process !== theProof && systemShowsProcesses) return void client.destroy();
    const server = connect(to);
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    keep(client);
    keep(server);
    client.pipe(server);
    server.pipe(client);
  };
  const server = createServer({ pauseOnConnect: true }, (client) => void accept(client)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    region,
    store,
    port: (server.address() as AddressInfo).port,
    callers,
    take: () => Buffer.concat(streams.flatMap((pieces) => pieces.splice(0))),
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function callerAt(client: Socket, { processes }: Watching): Promise<Caller> {
  const unknown = { region: null, process: 'a process that could not be told' };
  if (!systemShowsProcesses) return unknown;
  const end = Date.now() + longestIdentifyingMs;
  const [from, at] = [client.remotePort, client.localPort];
  while (Date.now() < end) {
    const socket = tcpSockets().find(({ local, remote }) => local.port === from && remote.port === at);
    const owner = socket && processes.find(({ pid }) => openOf(pid)?.sockets.includes(socket.inode));
    if (owner) return { region: owner.region, process: owner.label };
    if (socket && openOf(process.pid)?.sockets.includes(socket.inode)) return { region: null, process: theProof };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return unknown;
}

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { openDescriptorsOf, systemShowsProcesses, tcpSockets } from './proc.ts';
import type { Watching } from './process-watcher.ts';

/** A process that connected to a store. */
export interface Caller {
  /** The region of the process; null if it belongs to none. */
  readonly region: string | null;
  readonly process: string;
}

/** A proxy in front of one region's store. It identifies every caller and records all traffic. */
export interface Recorder {
  readonly region: string;
  readonly store: string;
  readonly port: number;
  readonly callers: readonly Caller[];
  /** @returns all bytes that were sent to and received from the store since the previous call */
  take(): Buffer;
  close(): Promise<void>;
}

/** The name of the caller for connections that the proof itself opens. */
export const proofCaller = 'the proof itself';
const maxIdentifyingMs = 2_000;

/** Starts a recorder on a free port of the loopback address. @param to the address of the store */
export async function startRecorder(
  region: string,
  store: string,
  to: { host: string; port: number },
  watching: Watching,
): Promise<Recorder> {
  const recorder = new ProxyRecorder(region, store, to, watching);
  await recorder.listen();
  return recorder;
}

class ProxyRecorder implements Recorder {
  readonly region: string;
  readonly store: string;
  readonly callers: Caller[] = [];
  /** The port on which the recorder listens, or 0 before it has started. */
  port = 0;
  readonly #to: { readonly host: string; readonly port: number };
  readonly #watching: Watching;
  readonly #server = createServer({ pauseOnConnect: true }, (client) => void this.#accept(client));
  // There is one list of buffers per connection and direction, so that a string that arrives in two chunks is found.
  readonly #streams: Buffer[][] = [];
  readonly #open = new Set<Socket>();

  constructor(region: string, store: string, to: { host: string; port: number }, watching: Watching) {
    this.region = region;
    this.store = store;
    this.#to = to;
    this.#watching = watching;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  take(): Buffer {
    return Buffer.concat(this.#streams.flatMap((chunks) => chunks.splice(0)));
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  // Nothing is forwarded until the caller has been identified, which requires its socket to be open.
  async #accept(client: Socket): Promise<void> {
    client.pause();
    this.#open.add(client);
    client.on('error', () => client.destroy()).on('close', () => this.#open.delete(client));
    const caller = await callerAt(client, this.#watching);
    // A client that disconnected before anything was forwarded is not a caller.
    if (client.destroyed) return;
    this.callers.push(caller);
    // If the system reports the owners of sockets, a caller that could not be identified is rejected.
    if (caller.region === null && caller.process !== proofCaller && systemShowsProcesses) return void client.destroy();
    this.#forward(client);
  }

  #forward(client: Socket): void {
    const server = connect(this.#to);
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    this.#keep(client);
    this.#keep(server);
    client.pipe(server);
    server.pipe(client);
  }

  #keep(from: Socket): void {
    const chunks: Buffer[] = [];
    this.#streams.push(chunks);
    from.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
}

async function callerAt(client: Socket, { processes }: Watching): Promise<Caller> {
  const unknown = { region: null, process: 'an unidentified process' };
  if (!systemShowsProcesses) return unknown;
  const end = Date.now() + maxIdentifyingMs;
  const [from, at] = [client.remotePort, client.localPort];
  while (Date.now() < end) {
    const socket = tcpSockets().find(({ local, remote }) => local.port === from && remote.port === at);
    const owner = socket && processes.find(({ pid }) => openDescriptorsOf(pid)?.sockets.includes(socket.inode));
    if (owner) return { region: owner.region, process: owner.label };
    if (socket && openDescriptorsOf(process.pid)?.sockets.includes(socket.inode))
      return { region: null, process: proofCaller };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return unknown;
}

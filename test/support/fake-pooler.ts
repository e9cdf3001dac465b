import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FakePooler {
  readonly url: string;
  stop(): Promise<void>;
}

const readyForQuery = 'Z'.charCodeAt(0);
const sync = 'S'.charCodeAt(0);
const simpleQuery = 'Q'.charCodeAt(0);
const terminate = 'X'.charCodeAt(0);
const idle = 'I'.charCodeAt(0);
// The offset of the transaction status in a message, after its type (1 byte) and its length (4 bytes).
const statusAt = 5;

/**
 * Starts a connection pooler in transaction mode, without support for prepared statements: all clients share one
 * connection of the server, which belongs to a client until its transaction ends.
 */
export async function startFakePooler(target: string): Promise<FakePooler> {
  const { hostname, port } = new URL(target);
  const upstream = connect(Number(port), hostname);
  upstream.on('error', () => undefined);
  const clients = new Set<Socket>();
  const shared = new SharedConnection(upstream);
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    shared.serve(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    stop: async () => {
      for (const socket of [...clients, upstream]) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Batch {
  readonly client: Socket;
  readonly bytes: Buffer;
}

/** Every client receives a copy of the server's reply to the first client's startup message. */
class SharedConnection {
  readonly #upstream: Socket;
  readonly #waiting: Batch[] = [];
  readonly #ungreeted: Socket[] = [];
  readonly #greeting: Buffer[] = [];
  #isStarted = false;
  #isGreeted = false;
  #owner: Socket | null = null;

  constructor(upstream: Socket) {
    this.#upstream = upstream;
    onMessages(upstream, { withStart: false }, (message) => this.#answer(message));
  }

  serve(client: Socket): void {
    let batch: Buffer[] = [];
    onMessages(client, { withStart: true }, (message, isStart) => {
      if (isStart) return this.#start(client, message);
      if (message[0] === terminate) return;
      batch.push(message);
      if (message[0] !== sync && message[0] !== simpleQuery) return;
      this.#waiting.push({ client, bytes: Buffer.concat(batch) });
      batch = [];
      this.#next();
    });
  }

  #start(client: Socket, message: Buffer): void {
    if (!this.#isStarted) this.#upstream.write(message);
    this.#isStarted = true;
    if (this.#isGreeted) client.write(Buffer.concat(this.#greeting));
    else this.#ungreeted.push(client);
  }

  #answer(message: Buffer): void {
    const isReady = message[0] === readyForQuery;
    if (this.#isGreeted) {
      if (this.#owner?.destroyed === false) this.#owner.write(message);
      if (isReady && message[statusAt] === idle) this.#owner = null;
    } else {
      this.#greeting.push(message);
      this.#isGreeted = isReady;
      if (isReady) for (const client of this.#ungreeted) client.write(Buffer.concat(this.#greeting));
    }
    if (isReady) this.#next();
  }

  #next(): void {
    const index = this.#waiting.findIndex(({ client }) => this.#owner === null || this.#owner === client);
    const [batch] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (batch === undefined) return;
    this.#owner = batch.client;
    this.#upstream.write(batch.bytes);
  }
}

function onMessages(
  socket: Socket,
  { withStart }: { withStart: boolean },
  receive: (message: Buffer, isStart: boolean) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  let isStart = withStart;
  socket.on('data', (chunk: Buffer) => {
    const { messages, rest } = split(Buffer.concat([received, chunk]), isStart ? 0 : 1);
    received = rest;
    for (const message of messages) {
      receive(message, isStart);
      isStart = false;
    }
  });
}

/** Splits bytes into messages: a type of `typeBytes` bytes, a length that includes itself, and the content. */
function split(bytes: Buffer, typeBytes: 0 | 1): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  let at = 0;
  while (bytes.length - at >= typeBytes + 4) {
    const length = typeBytes + bytes.readInt32BE(at + typeBytes);
    if (bytes.length - at < length) break;
    messages.push(bytes.subarray(at, at + length));
    at += length;
  }
  return { messages, rest: bytes.subarray(at) };
}

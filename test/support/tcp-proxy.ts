import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  /** The URL of the server, through the proxy. */
  readonly url: string;
  /** While it is frozen, the proxy accepts connections and data but forwards nothing, as a frozen server does. */
  freeze(isFrozen: boolean): void;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the server of a URL. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      from.pipe(to);
    }
    if (frozen) for (const socket of [client, upstream]) socket.unpipe();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    freeze: (isFrozen) => {
      frozen = isFrozen;
      for (const socket of sockets) if (isFrozen) socket.unpipe().pause();
      // Connections cannot be resumed, so they are closed, as if the frozen server had been killed.
      if (!isFrozen) for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

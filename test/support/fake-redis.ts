import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface FakeRedis {
  readonly url: string;
  /** The error that all commands on data return, such as `LOADING …`; null to answer them with OK. */
  error: string | null;
  /** The name of a command that the server does not have; null if it has all of them. */
  unknown: string | null;
  stop(): Promise<void>;
}

/** Starts a server that speaks the protocol of Redis and returns a chosen error, for errors that are hard to cause. */
export async function startFakeRedis(): Promise<FakeRedis> {
  const sockets = new Set<Socket>();
  const fake: FakeRedis = { url: '', error: null, unknown: null, stop: () => Promise.resolve() };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const { commands, rest } = parse(received + chunk);
      received = rest;
      for (const command of commands) socket.write(replyTo(command, fake));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(fake, { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, stop });
}

// A server that rejects all other commands still accepts those of the connection itself.
function replyTo([name = '']: readonly string[], { error, unknown }: FakeRedis): string {
  if (unknown !== null && name.toLowerCase() === unknown) return `-ERR unknown command '${name}'\r\n`;
  if (/^hello$/i.test(name)) return '%1\r\n$5\r\nproto\r\n:3\r\n';
  if (/^ping$/i.test(name)) return '+PONG\r\n';
  if (/^client$/i.test(name)) return '+OK\r\n';
  if (error !== null) return `-${error}\r\n`;
  if (/^role$/i.test(name)) return '*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n';
  return /^get$/i.test(name) ? '_\r\n' : '+OK\r\n';
}

/** Splits what was received into commands, which are arrays of strings, and an incomplete remainder. */
function parse(received: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = received;
  for (;;) {
    const header = /^\*(\d+)\r\n/.exec(rest);
    if (header === null) return { commands, rest };
    let at = header[0].length;
    const command: string[] = [];
    for (let part = 0; part < Number(header[1]); part++) {
      const length = /^\$(\d+)\r\n/.exec(rest.slice(at));
      if (length === null) return { commands, rest };
      at += length[0].length;
      const text = rest.slice(at, at + Number(length[1]));
      at += text.length + 2;
      if (at > rest.length) return { commands, rest };
      command.push(text);
    }
    commands.push(command);
    rest = rest.slice(at);
  }
}

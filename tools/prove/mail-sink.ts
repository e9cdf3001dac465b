import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** The mail server of one region, which stores every message. */
export interface MailSink {
  readonly port: number;
  /** The data that the client sent in each SMTP session: the envelope and the message. */
  readonly mails: string[];
  close(): Promise<void>;
}

/** Starts a server that implements as much of SMTP (RFC 5321) as a portal on the same machine needs. */
export async function startMailSink(): Promise<MailSink> {
  const mails: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.setEncoding('utf8').on('close', () => open.delete(socket)));
    socket.on('error', () => socket.destroy());
    converse(socket, mails);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}

function converse(socket: Socket, mails: string[]): void {
  let [buffer, said, inData] = ['', '', false];
  const step = (): boolean => {
    const end = inData ? '\r\n.\r\n' : '\r\n';
    const at = buffer.indexOf(end);
    if (at < 0) return false;
    const piece = buffer.slice(0, at + end.length);
    buffer = buffer.slice(at + end.length);
    said += piece;
    const command = piece.slice(0, 4).toUpperCase();
    if (inData) [said, inData] = [(mails.push(said), ''), false];
    else inData = command === 'DATA';
    socket.write(inData ? '354 go on\r\n' : command === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
    return true;
  };
  socket.on('data', (chunk) => {
    buffer += String(chunk);
    while (step());
  });
  socket.write('220 proof\r\n');
}

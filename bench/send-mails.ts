import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { createTransport, maxMailConnections } from '../src/platform/mail-transport.ts';

// Measures how long a process takes to send emails to a server that is slow to reply.
const emails = 30;
const replyMs = 300;

const later = (done: () => void): void => void setTimeout(done, replyMs);
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onConnect: (_session, done) => later(done),
  onMailFrom: (_address, _session, done) => later(done),
  onRcptTo: (_address, _session, done) => later(done),
  onData: (stream, _session, done) => void stream.resume().once('end', () => later(done)),
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.server.address() as AddressInfo;
const from = { name: 'Portal', address: 'portal@host.example' };
const transport = createTransport({ kind: 'smtp', url: new URL(`smtp://127.0.0.1:${port}`), from });

let next = 0;
const sendAll = async (): Promise<void> => {
  while (next < emails) {
    const id = String(next++);
    await transport.send(
      { id, to: `${id}@host.example`, language: 'en', subject: 'S', text: 'T', html: '<p>T</p>' },
      Date.now(),
    );
  }
};
const startedAt = performance.now();
await Promise.all(Array.from({ length: maxMailConnections }, sendAll));
const seconds = (performance.now() - startedAt) / 1_000;
console.log(
  `${emails} emails in ${seconds.toFixed(1)} s over ${maxMailConnections} connections, ${replyMs} ms per reply`,
);
server.close(() => undefined);

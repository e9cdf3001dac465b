import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A received email, parsed. */
export interface ReceivedMail {
  readonly to: readonly string[];
  readonly raw: string;
  /** The lines of the header, unfolded. */
  readonly headers: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailServer {
  readonly url: string;
  readonly received: ReceivedMail[];
  /** The number of connections so far. */
  connections: number;
  /** The number of authentication attempts so far. */
  signIns: number;
  /** The number of emails that were received over TLS. */
  encrypted: number;
  /** The reply code that rejects the next emails; null to accept them. */
  refusal: number | null;
  close(): Promise<void>;
}

interface Options {
  /** The user and the password that the server requires. */
  readonly account?: { readonly user: string; readonly password: string };
  /** The port to listen on; by default, a free one. */
  readonly port?: number;
  /** Enables TLS with a self-signed certificate, from the start or after STARTTLS. No TLS if absent. */
  readonly tls?: 'fromTheStart' | 'whenAsked';
}

/** Starts an SMTP server on the loopback interface, which is closed at the end of the test file. */
export async function aMailServer({ account, port = 0, tls }: Options = {}): Promise<MailServer> {
  const options: SMTPServerOptions = {
    authOptional: account === undefined,
    allowInsecureAuth: true,
    disabledCommands: tls === 'whenAsked' ? [] : ['STARTTLS'],
    secure: tls === 'fromTheStart',
    onConnect: (_session, done) => {
      state.connections++;
      done();
    },
    onAuth: ({ username, password }, _session, done) => {
      state.signIns++;
      const right = username === account?.user && password === account?.password;
      done(right ? null : new Error('Wrong'), right ? { user: username } : undefined);
    },
    onData: (stream, session, done) => {
      void text(stream).then((raw) => {
        const { refusal } = state;
        if (session.secure) state.encrypted++;
        if (refusal !== null) return done(Object.assign(new Error('Not today'), { responseCode: refusal }));
        state.received.push(
          parseMail(
            raw,
            session.envelope.rcptTo.map(({ address }) => address),
          ),
        );
        done();
      });
    },
  };
  const server = new SMTPServer(options);
  // It is not an error of this server if a client disconnects.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.server.address() as AddressInfo;
  const close = (): Promise<void> => new Promise((resolve) => server.close(resolve));
  after(close);
  const credentials = account ? `${encodeURIComponent(account.user)}:${encodeURIComponent(account.password)}@` : '';
  const state: MailServer = {
    url: `${tls === 'fromTheStart' ? 'smtps' : 'smtp'}://${credentials}127.0.0.1:${taken}`,
    received: [],
    connections: 0,
    signIns: 0,
    encrypted: 0,
    refusal: null,
    close,
  };
  return state;
}

/** Parses an email that has a plain-text part and an HTML part. */
export function parseMail(raw: string, to: readonly string[]): ReceivedMail {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.join('\n'))?.[1] ?? '';
  const parts = body.split(`--${boundary}`).map(split);
  const part = (type: string): string => {
    const found = parts.find((each) => each.headers.some((header) => header.startsWith(`Content-Type: ${type}`)));
    return found ? decodePart(found) : '';
  };
  const subject = headers.find((header) => header.startsWith('Subject: '))?.slice('Subject: '.length) ?? '';
  return { to, raw, headers, subject: decodeHeader(subject), text: part('text/plain'), html: part('text/html') };
}

function split(raw: string): { headers: string[]; body: string } {
  const [head = '', ...rest] = raw.trimStart().split('\r\n\r\n');
  return { headers: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'), body: rest.join('\r\n\r\n') };
}

function decodePart({ headers, body }: { headers: string[]; body: string }): string {
  const encoding = /^Content-Transfer-Encoding: (\S+)/m.exec(headers.join('\n'))?.[1];
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return (encoding === 'quoted-printable' ? decodeQuotedPrintable(body.replace(/=\r\n/g, '')) : body)
    .replaceAll('\r\n', '\n')
    .trim();
}

const decodeQuotedPrintable = (body: string): string =>
  Buffer.from(
    body.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

// Decodes encoded words (RFC 2047). White space between two adjacent ones is not part of the text.
const decodeHeader = (header: string): string =>
  header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind: string, body: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(body, 'base64').toString()
        : decodeQuotedPrintable(body.replaceAll('_', ' ')),
    );

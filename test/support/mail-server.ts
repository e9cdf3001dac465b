import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as it came over the wire, taken apart. */
export interface ReceivedMail {
  readonly to: readonly string[];
  readonly raw: string;
  /** The head, unfolded: a line for each header. */
  readonly headers: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailServer {
  readonly url: string;
  readonly received: ReceivedMail[];
  /** How often somebody began to talk to it. */
  connections: number;
  /** How often somebody said who they are. */
  signIns: number;
  /** How many mails came by TLS. */
  encrypted: number;
  /** How the next mails are answered; null for a server that takes them. */
  refusal: number | null;
  close(): Promise<void>;
}

interface Options {
  /** Asks for this user and password. */
  readonly account?: { readonly user: string; readonly password: string };
  /** Listens here instead of at a free port. */
  readonly port?: number;
  /** Speaks TLS by a certificate of its own making: from the start, or when it is asked to. */
  readonly tls?: 'fromTheStart' | 'whenAsked';
}

/** A real SMTP server on the loopback address, closed when the test file is done. */
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
  // A client that gives up is no failure of this server.
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

/** Takes a mail apart that has a plain and an HTML part, as the portal's do. */
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

// RFC 2047: encoded words, of which neighbours belong together.
const decodeHeader = (header: string): string =>
  header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind: string, body: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(body, 'base64').toString()
        : decodeQuotedPrintable(body.replaceAll('_', ' ')),
    );

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MailConfig } from './config/mail.ts';

export interface Transport {
  /** Resolves once the mail is in other hands. @param at epoch ms */
  send(mail: Mail, at: number): Promise<void>;
  /** Forgets what it kept of mails that were sent, where it keeps them. */
  clear(): Promise<void>;
}

/** How long a mail server may take, in ms. */
export interface MailTimeouts {
  /** For the connection, its name and the greeting. */
  readonly connectMs: number;
  /** For each answer. */
  readonly responseMs: number;
}

const defaultTimeouts: MailTimeouts = { connectMs: 10_000, responseMs: 20_000 };
const maxOutboxFiles = 100;
// One machine that talks to itself may do so in plain text, or by a certificate that it made for itself.
const selfSignedAllowed = { tls: { rejectUnauthorized: false } };
const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** @returns what hands mails over. The package for it is loaded at the first one: many portals send none */
export function createTransport(config: MailConfig, timeouts = defaultTimeouts): Transport {
  return config.kind === 'smtp' ? smtpTransport(config, timeouts) : folderTransport(config);
}

type SmtpConfig = Extract<MailConfig, { kind: 'smtp' }>;
type FolderConfig = Extract<MailConfig, { kind: 'folder' }>;

function smtpTransport(config: SmtpConfig, timeouts: MailTimeouts): Transport {
  return {
    send: async (mail, at) => {
      const { createTransport: create } = await import('nodemailer');
      await create(smtpOptions(config, timeouts)).sendMail(messageOf(config, mail, at));
    },
    clear: async () => {},
  };
}

/** Asks a server whether it would take mail. @throws when it does not, in words without the user or the password */
export async function verifySmtpServer(config: SmtpConfig): Promise<void> {
  const { createTransport: create } = await import('nodemailer');
  await create(smtpOptions(config, defaultTimeouts))
    .verify()
    .catch((error: unknown) => {
      throw new Error(`the server does not take mail (${errorCodeOf(error)})`);
    });
}

/** @returns what went wrong, as codes alone: a server's words quote addresses */
export function errorCodeOf(error: unknown): string {
  const { name, code = name, responseCode } = error as Error & { code?: string; responseCode?: number };
  return responseCode === undefined ? code : `${code} ${responseCode}`;
}

function smtpOptions({ url }: SmtpConfig, { connectMs, responseMs }: MailTimeouts) {
  const { username, password, port } = url;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    ...(port === '' ? {} : { port: Number(port) }),
    secure: url.protocol === 'smtps:',
    ...(loopback.test(url.hostname) ? selfSignedAllowed : { requireTLS: url.protocol === 'smtp:' }),
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: connectMs,
    dnsTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: responseMs,
  };
}

function messageOf({ from }: MailConfig, mail: Mail, at: number) {
  const { id, to, subject, text, html, language } = mail;
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
    date: new Date(at),
    // RFC 3834: nobody's holiday answer comes back for it.
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** A folder to look into where no server is set up yet: the latest mails, each as a file that mail programs open. */
function folderTransport(config: FolderConfig): Transport {
  const { directory } = config;
  const kept = async (): Promise<string[]> => (await readdir(directory)).filter((name) => name.endsWith('.eml')).sort();
  const remove = (names: readonly string[]): Promise<unknown> =>
    Promise.all(names.map((name) => rm(path.join(directory, name), { force: true })));
  return {
    send: async (mail, at) => {
      const { createTransport: create } = await import('nodemailer');
      const { message } = await create({ streamTransport: true, buffer: true }).sendMail(messageOf(config, mail, at));
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const name = `${new Date(at).toISOString().replaceAll(':', '-')}-${mail.id}.eml`;
      await writeFile(path.join(directory, name), message as Buffer, { mode: 0o600 });
      await remove((await kept()).slice(0, -maxOutboxFiles));
    },
    clear: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await remove(await kept());
    },
  };
}

/** A mail as it is handed to a server. */
export interface Mail {
  /** The same at every try, so that who gets it twice can tell. */
  readonly id: string;
  readonly to: string;
  readonly language: string;
  /** Made of the locale files' words alone: no name can put a line into a header. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

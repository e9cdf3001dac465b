import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MailConfig } from './config/mail.ts';

export interface Transport {
  /**
   * Resolves once the server has accepted the email or the file has been written.
   * @param at the date of the email, epoch ms
   */
  send(mail: Mail, at: number): Promise<void>;
  /** Deletes the stored copies of sent emails, if the transport stores any. */
  clear(): Promise<void>;
}

/** Timeouts for the mail server, in ms. */
export interface MailTimeouts {
  /** The timeout for the DNS lookup, for the connection and for the greeting. */
  readonly connectMs: number;
  /** The timeout for each response. */
  readonly responseMs: number;
  /** How long connections stay open after the last email. */
  readonly idleMs: number;
}

const defaultTimeouts: MailTimeouts = { connectMs: 10_000, responseMs: 20_000, idleMs: 500 };
const maxOutboxFiles = 100;
/** The maximum number of connections to the mail server, and of emails that a process sends concurrently. */
export const maxMailConnections = 5;
// On a loopback address, plain text and self-signed certificates are accepted.
const selfSignedAllowed = { tls: { rejectUnauthorized: false } };
const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Creates the configured transport. The mail package is loaded when the first email is sent, because many portals send
 * none.
 */
export function createTransport(config: MailConfig, timeouts = defaultTimeouts): Transport {
  return config.kind === 'smtp' ? smtpTransport(config, timeouts) : folderTransport(config);
}

type SmtpConfig = Extract<MailConfig, { kind: 'smtp' }>;
type FolderConfig = Extract<MailConfig, { kind: 'folder' }>;

function smtpTransport(config: SmtpConfig, timeouts: MailTimeouts): Transport {
  const pool = new MailPool(config, timeouts);
  return { send: (mail, at) => pool.send(messageOf(config, mail, at)), clear: async () => {} };
}

/** Keeps connections open while there are emails to send, and closes them afterwards. */
class MailPool {
  readonly #config: SmtpConfig;
  readonly #timeouts: MailTimeouts;
  #pool: Promise<{ sendMail(message: Message): Promise<unknown>; close(): void }> | null = null;
  #sending = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(config: SmtpConfig, timeouts: MailTimeouts) {
    this.#config = config;
    this.#timeouts = timeouts;
  }

  async send(message: Message): Promise<void> {
    clearTimeout(this.#idle);
    this.#sending++;
    this.#pool ??= this.#open();
    try {
      await (await this.#pool).sendMail(message);
    } finally {
      this.#sending--;
      if (this.#sending === 0) this.#idle = setTimeout(() => this.#close(), this.#timeouts.idleMs);
    }
  }

  async #open() {
    const { createTransport: create } = await import('nodemailer');
    return create({
      ...smtpOptions(this.#config, this.#timeouts),
      pool: true as const,
      maxConnections: maxMailConnections,
      // A failed email is retried by its delivery, which also counts the attempts.
      maxRequeues: 0,
    });
  }

  #close(): void {
    void this.#pool?.then((pool) => pool.close());
    this.#pool = null;
  }
}

/** Connects to the mail server and signs in. @throws an error that contains neither the user name nor the password */
export async function verifySmtpServer(config: SmtpConfig): Promise<void> {
  const { createTransport: create } = await import('nodemailer');
  await create(smtpOptions(config, defaultTimeouts))
    .verify()
    .catch((error: unknown) => {
      throw new Error(`the server does not accept mail (${errorCodeOf(error)})`);
    });
}

/** @returns the codes of an error without its message, because server messages may contain email addresses */
export function errorCodeOf(error: unknown): string {
  const { name, code = name, responseCode } = error as Error & { code?: string; responseCode?: number };
  return responseCode === undefined ? code : `${code} ${responseCode}`;
}

// RFC 5321: 552 in reply to RCPT means 452. 530 and 538 mean that the server requires authentication.
const temporaryReplies: ReadonlySet<number> = new Set([530, 538, 552]);
// RFC 3463: 5.7.x reports a policy or security problem, such as a server that does not relay, which a setting may fix.
const policyStatus = /^\d{3}[ -]5\.7\./;

/** @returns whether the mail server says that the mailbox does not exist, or will never accept mail */
export function isMailboxRefused(error: unknown): boolean {
  const { command = '', responseCode = 0, response = '' } = error as SmtpError;
  const isPermanent = responseCode >= 500 && responseCode < 600 && !temporaryReplies.has(responseCode);
  return command.startsWith('RCPT') && isPermanent && !policyStatus.test(response);
}

type SmtpError = Error & { command?: string; responseCode?: number; response?: string };

type Message = ReturnType<typeof messageOf>;

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
    // RFC 3834: suppresses automatic replies.
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Stores the latest emails as .eml files, for portals without a mail server. */
function folderTransport(config: FolderConfig): Transport {
  const { directory } = config;
  const storedFiles = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name.endsWith('.eml')).sort();
  const remove = (names: readonly string[]): Promise<unknown> =>
    Promise.all(names.map((name) => rm(path.join(directory, name), { force: true })));
  return {
    send: async (mail, at) => {
      const { createTransport: create } = await import('nodemailer');
      const { message } = await create({ streamTransport: true, buffer: true }).sendMail(messageOf(config, mail, at));
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const name = `${new Date(at).toISOString().replaceAll(':', '-')}-${mail.id}.eml`;
      await writeFile(path.join(directory, name), message as Buffer, { mode: 0o600 });
      await remove((await storedFiles()).slice(0, -maxOutboxFiles));
    },
    clear: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await remove(await storedFiles());
    },
  };
}

/** A rendered email. */
export interface Mail {
  /** The ID of the email, which is the same for every attempt, so that duplicates can be recognized. */
  readonly id: string;
  readonly to: string;
  readonly language: string;
  /** Contains only text from the locale files, so no user input can inject headers. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

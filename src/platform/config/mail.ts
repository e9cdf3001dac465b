import path from 'node:path';
import { z } from 'zod';

export interface Sender {
  /** Empty if the operator configured only an address. */
  readonly name: string;
  readonly address: string;
}

/** How email is sent: through an SMTP server or, with the embedded database, as files in a folder. */
export type MailConfig =
  | { readonly kind: 'smtp'; readonly url: URL; readonly from: Sender }
  | { readonly kind: 'folder'; readonly directory: string; readonly from: Sender };

const smtpUrlError = 'must be smtp://server or smtps://server, with nothing after the port';

// A path or query would be ignored, so it is rejected.
export const smtpUrl = z
  .url({ protocol: /^smtps?$/, error: smtpUrlError })
  .transform((text) => new URL(text))
  .refine(
    ({ hostname, pathname, search, hash }) => hostname !== '' && /^\/?$/.test(pathname) && search + hash === '',
    smtpUrlError,
  );

const senderShape = /^(?:"?([^<>"\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u;
const addressShape = /^[^\s<>@,;:"()[\]\\]+@[\p{L}\p{N}.-]+$/u;

export const mailFrom = z.string().transform((text, context): Sender => {
  const [, name = '', framed, bare] = senderShape.exec(text.trim()) ?? [];
  const address = framed ?? bare ?? '';
  if (!addressShape.test(address)) {
    const message = 'must be portal@company.example or Name <portal@company.example>';
    context.addIssue({ code: 'custom', message });
  } else if (name.includes('@')) {
    // Mail programs show only the name, so recipients would mistake it for the address.
    context.addIssue({ code: 'custom', message: 'the name in front of the address must not contain an @' });
  }
  return { name, address };
});

interface MailSettings {
  readonly url: URL | undefined;
  readonly from: Sender | undefined;
  /** Whether the database is the embedded one in the data directory. */
  readonly embedded: boolean;
  readonly dataDirectory: string;
  readonly hostname: string;
}

/** @returns the mail configuration; null if the portal sends no email */
export function mailOf({ url, from, embedded, dataDirectory, hostname }: MailSettings): MailConfig | null {
  const sender = from ?? { name: '', address: `parvis@${hostname}` };
  if (url !== undefined) return { kind: 'smtp', url, from: sender };
  return embedded ? { kind: 'folder', directory: path.join(dataDirectory, 'outbox'), from: sender } : null;
}

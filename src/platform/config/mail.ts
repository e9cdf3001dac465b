import path from 'node:path';
import { z } from 'zod';

export interface Sender {
  /** Empty where the operator gave an address alone. */
  readonly name: string;
  readonly address: string;
}

/** Where mail goes: to one server and no other, or, beside the embedded database, into a folder to look at. */
export type MailConfig =
  | { readonly kind: 'smtp'; readonly url: URL; readonly from: Sender }
  | { readonly kind: 'folder'; readonly directory: string; readonly from: Sender };

// What stands behind the port would be ignored: better to say so than to let somebody count on it.
export const smtpUrl = z
  .url({ protocol: /^smtps?$/ })
  .transform((text) => new URL(text))
  .refine(
    ({ hostname, pathname, search, hash }) => hostname !== '' && /^\/?$/.test(pathname) && search + hash === '',
    'is not smtp://server or smtps://server, with nothing behind the port',
  );

const senderShape = /^(?:"?([^<>"\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u;
const addressShape = /^[^\s<>@,;:"()[\]\\]+@[\p{L}\p{N}.-]+$/u;

export const mailFrom = z.string().transform((text, context): Sender => {
  const [, name = '', framed, bare] = senderShape.exec(text.trim()) ?? [];
  const address = framed ?? bare ?? '';
  if (!addressShape.test(address)) {
    context.addIssue({
      code: 'custom',
      message: 'is neither portal@company.example nor Name <portal@company.example>',
    });
  }
  return { name, address };
});

interface MailSettings {
  readonly url: URL | undefined;
  readonly from: Sender | undefined;
  /** Whether the database is the embedded one of the data directory: nobody has set anything up yet. */
  readonly embedded: boolean;
  readonly dataDirectory: string;
  readonly hostname: string;
}

/** @returns where mail goes; null where it goes nowhere, and the portal works the same */
export function mailOf({ url, from, embedded, dataDirectory, hostname }: MailSettings): MailConfig | null {
  const sender = from ?? { name: '', address: `parvis@${hostname}` };
  if (url !== undefined) return { kind: 'smtp', url, from: sender };
  return embedded ? { kind: 'folder', directory: path.join(dataDirectory, 'outbox'), from: sender } : null;
}

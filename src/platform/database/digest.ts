import { createHmac, hash } from 'node:crypto';

/** @returns the SHA-256 of a text in UTF-8, as lower-case hexadecimal */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** @returns the HMAC-SHA-256 of a text in UTF-8 */
export const hmacSha256 = (key: string, text: string): Uint8Array => createHmac('sha256', key).update(text).digest();

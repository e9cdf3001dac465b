import { createHmac, hash } from 'node:crypto';

/** @returns the SHA-256 digest of a UTF-8 string, in lowercase hexadecimal */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** @returns the HMAC-SHA-256 of a UTF-8 string */
export const hmacSha256 = (key: string, text: string): Uint8Array => createHmac('sha256', key).update(text).digest();

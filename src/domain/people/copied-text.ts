import { removeInvisible } from './visible-text.ts';

/*
 * Cleans up strings that people copy from an email, a web page or a spreadsheet. They often include invisible
 * characters, and surrounding quotation marks, brackets or punctuation.
 */

const separators = /[\s\p{Pd}\u2212]/gu;
// Matches from the first to the last character that is neither a space nor punctuation. A pattern that ends in `+$`
// would take quadratic time.
const core = /[^\s\p{P}<>`](?:.*[^\s\p{P}<>`])?/su;

/** Removes invisible characters, and the spaces and punctuation around a text. */
export const trimCopied = (text: string): string => core.exec(removeInvisible(text))?.[0] ?? '';

/**
 * Removes invisible characters, spaces and hyphens of all kinds, and the punctuation around a code or a temporary
 * password.
 * @returns the symbols in NFKC
 */
export const symbolsOf = (typed: string): string => trimCopied(typed.normalize('NFKC')).replace(separators, '');

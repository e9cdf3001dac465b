import type { Request, Response } from 'express';

/**
 * Checks the query of a download. Pages ignore unknown filters, but a file would look as if it had been filtered.
 * @returns the locale key of the reason for rejecting the download; null if the query is valid
 */
export type QueryFault = (query: Request['query']) => string | null;

/** Returns the names of the query parameters that have a value. */
export const givenParameters = (query: Request['query']): string[] =>
  Object.keys(query).filter((name) => query[name] !== '');

/** Rejects every query parameter. Used for downloads that support no filters. */
export const rejectFilters: QueryFault = (query) =>
  givenParameters(query).length > 0 ? 'errors:filter.unknown' : null;

/** Responds with the reason why a download is rejected. */
export function answerQueryFault(response: Response, fault: string): void {
  const model = { lead: fault, detail: 'errors:filter.nothing', wait: null, retry: null, offersHome: true };
  response.page('errors/error', model, { title: 'errors:filter.title', status: 422 });
}

import type { Request, Response } from 'express';

/**
 * Checks the query of a download. Pages ignore filters that they do not understand; a file would look as if it were
 * filtered.
 * @returns the locale key of the reason why the download is rejected; null if the query is valid
 */
export type QueryFault = (query: Request['query']) => string | null;

/** The parameters of a query that have a value. */
export const givenParameters = (query: Request['query']): string[] =>
  Object.keys(query).filter((name) => query[name] !== '');

/** The check for downloads without filters. It rejects every parameter. */
export const rejectFilters: QueryFault = (query) =>
  givenParameters(query).length > 0 ? 'errors:filter.unknown' : null;

/** Rejects a download with the reason. */
export function answerQueryFault(response: Response, fault: string): void {
  const model = { lead: fault, detail: 'errors:filter.nothing', wait: null, retry: null, offersHome: true };
  response.page('errors/error', model, { title: 'errors:filter.title', status: 422 });
}

import type { OwnRules } from '../../../domain/tenant-rules.ts';

const none: OwnRules = {};
// Read with every request, and nearly always one of few texts.
const known = new Map<string, OwnRules>([['{}', none]]);
const maxCached = 1_000;

/** @returns what a tenant decides for itself, as the database keeps it */
export function readOwnRules(text: string): OwnRules {
  let own = known.get(text);
  if (own === undefined) {
    own = JSON.parse(text) as OwnRules;
    if (known.size >= maxCached) known.clear();
    known.set(text, own);
  }
  return own;
}

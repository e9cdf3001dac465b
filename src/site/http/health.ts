import type { Express } from 'express';
import { paths } from './paths.ts';

/** The services that the portal depends on, by name. Each check throws if its service is unavailable. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>;

const maxCheckMs = 1_000;
const sharedForMs = 1_000;

/**
 * Mounts the liveness and readiness endpoints. The readiness endpoint names the unavailable services without details.
 */
export function mountHealth(app: Express, given: Readiness, isStopping: () => boolean): void {
  const checks = Object.entries(given).map(([name, check]) => [name, shareResult(check)] as const);
  // HAProxy's `option httpchk` sends OPTIONS requests unless another method is configured.
  app.use([paths.health, paths.readiness], (_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', Allow: 'GET, HEAD, OPTIONS' });
    next();
  });
  const findMissing = async (): Promise<string[]> => {
    const results = await Promise.all(checks.map(async ([name, check]) => ((await isPassing(check)) ? null : name)));
    return [...results.filter((name) => name !== null), ...(isStopping() ? ['stopping'] : [])];
  };
  app.get(paths.health, (_request, response) => void response.json({ ok: true }));
  app.options(paths.health, (_request, response) => void response.status(204).end());
  app.get(paths.readiness, async (_request, response) => {
    const missing = await findMissing();
    response.status(missing.length === 0 ? 200 : 503).json({ ok: missing.length === 0, missing });
  });
  app.options(paths.readiness, async (_request, response) => {
    response.status((await findMissing()).length === 0 ? 204 : 503).end();
  });
}

/** @returns a check that runs at most once per second and shares its result, because checks write to the stores */
function shareResult(check: () => Promise<void>): () => Promise<void> {
  let shared: Promise<void> | null = null;
  return () => {
    if (shared === null) {
      shared = Promise.try(check);
      setTimeout(() => (shared = null), sharedForMs).unref();
    }
    return shared;
  };
}

async function isPassing(check: () => Promise<void>): Promise<boolean> {
  const timeout = new Promise<boolean>((resolve) => setTimeout(resolve, maxCheckMs, false).unref());
  return Promise.race([
    Promise.try(check).then(
      () => true,
      () => false,
    ),
    timeout,
  ]);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPortal } from '../support/portal.ts';
import { assertContract } from './contract.ts';

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

const { app, routes } = await openPortal();

test('the method, path and access of every route match routes.txt', () => {
  const guarded = routes.map(
    ({ method, path, access, upload }) => `${path}  ${method}  ${access}${upload === true ? '  upload' : ''}`,
  );
  const known = new Set(routes.map(({ method, path }) => `${path}  ${method}`));
  // Routes that the app serves without the access guard, such as the health checks.
  const others = mounted().filter((route) => !known.has(route));
  assert.equal(others.length + known.size, mounted().length);
  assertContract('routes.txt', [...guarded, ...others.map((route) => `${route}  unguarded`)].sort());
});

/** Every route that is mounted in Express, except the all-method routes that respond with 405. */
function mounted(): string[] {
  const { stack } = app.router as unknown as { stack: readonly Layer[] };
  return stack.flatMap(({ route }) => {
    const methods = Object.keys(route?.methods ?? {});
    return route === undefined || methods.includes('delete') ? [] : methods.map((method) => `${route.path}  ${method}`);
  });
}

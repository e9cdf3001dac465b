import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { loadViews } from '../../src/site/http/views.ts';
import { aPerson } from '../support/person.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const render = loadViews();
const folder = path.join(import.meta.dirname, '../../views');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ejs'));

// Names that EJS interprets as options, some of which have led to code execution in past versions.
const code = 'process.mainModule.polluted = globalThis.polluted = 1';
const options = {
  ...{
    client: true,
    escapeFunction: `1;${code};x`,
    escape: `1;${code};x`,
    outputFunctionName: `x;${code};x`,
    localsName: `x=${code}`,
  },
  ...{ destructuredLocals: [`x=${code}`], filename: `/x\u2028${code}`, compileDebug: true, debug: true, async: true },
  ...{ delimiter: '$', openDelimiter: '{', closeDelimiter: '}', strict: false, _with: true, cache: false },
  ...{ 'view options': { outputFunctionName: `x;${code};x` }, settings: { 'view options': { escape: code } } },
};
const polluted = (): unknown => (globalThis as Record<string, unknown>).polluted;

describe('a template', () => {
  const model = { status: 'active', label: 'Active' };

  test('is not affected by EJS options next to its locals', () => {
    const honest = render('shared/status', { model });
    const request = JSON.parse(JSON.stringify({ ...options, __proto__: { x: 1 } })) as object;
    assert.equal(render('shared/status', { ...request, model }), honest);
    assert.equal(polluted(), undefined);
  });

  test('is not affected by inherited EJS options', () => {
    const honest = render('shared/status', { model });
    const locals = Object.assign(Object.create(options) as object, { model });
    assert.equal(render('shared/status', locals), honest);
    assert.equal(polluted(), undefined);
  });

  test('can read only its declared locals, not form fields', () => {
    assert.throws(() => render('shared/region', { name: 'x' } as object));
  });

  test('escapes its values', () => {
    assert.match(render('shared/status', { model: { status: 'x', label: '<b>"&\'' } }), /&lt;b&gt;&#34;&amp;&#39;/);
  });

  test('is named in the error if it does not exist, and paths outside the folder are rejected', () => {
    for (const name of ['none', '../package', '/etc/passwd', 'shared/status.ejs', '__proto__', 'constructor', '']) {
      assert.throws(() => render(name as 'shared/status', {}), { message: `View not found: ${name}` });
    }
  });
});

describe('all templates', () => {
  test('output only partials, icons, isolated sentences and the page body without escaping', () => {
    const raw = files.flatMap((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      return [...text.matchAll(/<%-\s*([\s\S]*?)\s*%>/g)].map((match) => `${file}: ${match[1] ?? ''}`);
    });
    assert.ok(raw.length > 20);
    const safe = /: (partial\(|icon\(|html\(|body$|model\.sheet\.(greeting|expiry)$)/;
    assert.deepEqual(
      raw.filter((each) => !safe.test(each)),
      [],
    );
  });
});

test('a form or query full of EJS options causes no server error on any route', async () => {
  const { portal, send, addressOf, global } = await openPortalWithUsers();
  const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(global);
  const hostile = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, typeof value === 'object' ? code : String(value)]),
  );
  const nested = { 'settings[view options][outputFunctionName]': `x;${code};x`, '__proto__[client]': '1' };
  for (const route of portal.routes.filter(({ method, path: at }) => method === 'post' && at !== '/sign-out')) {
    const form = { _csrf: admin.csrf, ...hostile, ...nested };
    const { status } = await send({ method: 'POST', path: addressOf(route), person: admin, form });
    assert.ok(status < 500, `${route.path}: ${status}`);
  }
  const query = new URLSearchParams({ ...hostile, ...nested }).toString();
  for (const route of portal.routes.filter(({ method }) => method === 'get')) {
    const { status } = await send({ method: 'GET', path: `${addressOf(route)}?${query}`, person: admin });
    assert.ok(status < 500, `${route.path}: ${status}`);
  }
  assert.equal(polluted(), undefined);
});

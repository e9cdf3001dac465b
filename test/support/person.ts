import assert from 'node:assert/strict';
import * as cheerio from 'cheerio';
import request, { type Response } from 'supertest';
import { fieldsByLabel, urlEncoded, normalizeSpace, formValues, visibleText } from './form-values.ts';
import { originOf, type Portal } from './portal.ts';

/** A person with a browser without JavaScript, who follows links and fills in forms by the texts on the page. */
export interface Person {
  /** Opens a URL and follows the redirects. */
  visit(path: string, headers?: Readonly<Record<string, string>>): Promise<Person>;
  /** Fills in fields by their labels and presses a button by its text. */
  submit(button: string, fields?: Readonly<Record<string, string>>): Promise<Person>;
  /** Puts a file into the field with this label and presses a button by its text. */
  upload(button: string, label: string, file: { name: string; content: Buffer | string }): Promise<Person>;
  /** Follows the link with this text. */
  follow(link: string): Promise<Person>;
  signIn(user: { username: string; clearPassword: string }): Promise<Person>;
  /** Fails unless the page contains this text, ignoring differences in white space. */
  sees(text: string | RegExp): Person;
  doesNotSee(text: string): Person;
  /** Sends an arbitrary request with the cookies of this session and, by default, its CSRF token. */
  send(
    method: string,
    path: string,
    fields?: Readonly<Record<string, string>>,
    options?: { csrf?: string | null },
  ): Promise<Response>;
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly $: cheerio.CheerioAPI;
  readonly csrf: string;
  /** The `Location` headers of all redirects since the last step began. */
  readonly redirects: readonly string[];
  /** The bodies of all responses so far. */
  readonly bodies: readonly string[];
  readonly cookies: () => string;
}

const maxRedirects = 5;
const csrfField = /<input [^>]*name="_csrf" value="([^"]*)"/;

/** @param portal the portal, or the origin at which it is served */
export function aPerson(
  portal: { readonly app: Portal['app'] | string },
  headers: Readonly<Record<string, string>> = { 'Accept-Language': 'fr' },
): Person {
  const agent = request.agent(originOf(portal.app));
  let path = '/';
  let last: Response | null = null;
  let html = '';
  // A page is parsed only if the test reads it.
  let parsed: cheerio.CheerioAPI | null = null;
  let csrf = '';
  let redirects: string[] = [];
  const bodies: string[] = [];

  function take(response: Response): void {
    last = response;
    bodies.push(response.text ?? '');
    if (!(response.headers['content-type'] ?? '').startsWith('text/html')) return;
    html = response.text;
    parsed = null;
    csrf = csrfField.exec(html)?.[1] ?? csrf;
  }

  const page = (): cheerio.CheerioAPI => (parsed ??= cheerio.load(html));

  async function get(to: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    redirects = [];
    await arrive(await agent.get(to).set({ ...headers, ...more }), to);
  }

  async function arrive(response: Response, at: string): Promise<void> {
    let current = response;
    path = at;
    for (let hops = 0; hops < maxRedirects && current.status === 303; hops++) {
      const location = String(current.headers.location);
      redirects.push(location);
      if (!location.startsWith('/')) break;
      path = location;
      current = await agent.get(location).set(headers);
    }
    take(current);
  }

  function buttonOf(words: string): ReturnType<cheerio.CheerioAPI> {
    const $ = page();
    const button = $('button')
      .filter((_, element) => normalizeSpace($(element).text()) === words)
      .first();
    assert.ok(button.length > 0, `There is no button "${words}" on ${path}`);
    return button;
  }

  const person: Person = {
    visit: async (to, more) => {
      await get(to, more);
      return person;
    },
    follow: async (words) => {
      const $ = page();
      const href = $('a')
        .filter((_, element) => normalizeSpace($(element).text()).includes(words))
        .first()
        .attr('href');
      assert.ok(href, `There is no link "${words}" on ${path}`);
      await get(href);
      return person;
    },
    upload: async (words, label, { name, content }) => {
      const form = buttonOf(words).closest('form');
      const [field = ''] = Object.keys(fieldsByLabel(page(), form, { [label]: '' }));
      const action = form.attr('action') ?? path;
      assert.equal(form.attr('enctype'), 'multipart/form-data');
      redirects = [];
      const { [field]: _file, ...rest } = formValues(page(), form);
      const call = agent.post(action).set(headers).field(rest);
      await arrive(await call.attach(field, Buffer.from(content), name), action);
      return person;
    },
    submit: async (words, fields = {}) => {
      const button = buttonOf(words);
      const form = button.closest('form');
      const values = { ...formValues(page(), form), ...fieldsByLabel(page(), form, fields) };
      const name = button.attr('name');
      if (name) values[name] = button.attr('value') ?? '';
      const action = form.attr('action') ?? path;
      redirects = [];
      if (form.attr('method') === 'post')
        await arrive(await agent.post(action).set(headers).type('form').send(urlEncoded(values)), action);
      else await get(`${action}?${urlEncoded(values)}`);
      return person;
    },
    signIn: async ({ username, clearPassword }) => {
      await get('/sign-in');
      const answer = await agent.post('/sign-in').set(headers).type('form').send({ _csrf: csrf, username });
      // The password page is not fetched, because its token is the same.
      if (answer.status === 303) redirects.push(String(answer.headers.location));
      await arrive(
        await agent.post('/sign-in/password').set(headers).type('form').send({ _csrf: csrf, password: clearPassword }),
        '/sign-in/password',
      );
      return person;
    },
    sees: (text) => {
      const shown = person.text;
      const found = typeof text === 'string' ? shown.includes(normalizeSpace(text)) : text.test(shown);
      assert.ok(found, `${path} (${person.status}) does not contain ${String(text)}: ${shown.slice(0, 1_500)}`);
      return person;
    },
    doesNotSee: (text) => {
      assert.ok(!person.text.includes(normalizeSpace(text)), `${path} contains ${text}`);
      return person;
    },
    send: async (method, to, fields = {}, { csrf: token = csrf } = {}) => {
      const call = agent[method.toLowerCase() as 'post'](to).set(headers).redirects(0);
      if (['get', 'head'].includes(method.toLowerCase())) return call;
      return call.type('form').send(token === null ? fields : { _csrf: token, ...fields });
    },
    cookies: () =>
      agent.jar.getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false }).toValueString(),
    get path() {
      return path;
    },
    get status() {
      return last?.status ?? 0;
    },
    get body() {
      return last?.text ?? '';
    },
    get headers() {
      return (last?.headers ?? {}) as Record<string, string>;
    },
    get text() {
      return normalizeSpace(visibleText(page()('body')));
    },
    get $() {
      return page();
    },
    get csrf() {
      return csrf;
    },
    get redirects() {
      return redirects;
    },
    get bodies() {
      return bodies;
    },
  };
  return person;
}

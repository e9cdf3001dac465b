import { readForms } from './forms.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The path of the last request. */
  readonly path: string;
  /** The URL of another origin to which the response redirects; null if there is none. */
  readonly away: string | null;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** An HTTP client without JavaScript, which keeps cookies, the last page and its forms. */
export interface Visitor {
  get(path: string): Promise<Answer>;
  /** Submits the form with this action on the last page. If there is no such form, sends the fields anyway. */
  send(path: string, fields?: Fields): Promise<Answer>;
  upload(path: string, file: { name: string; content: string }): Promise<Answer>;
  /** @returns the value of the region's session cookie; '' if there is none */
  session(): string;
  readonly last: Answer | null;
}

export interface VisitorOptions {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Called with every complete response, including its headers. */
  readonly keep: (answer: string) => void;
}

const maxRedirects = 5;
const maxAnswerMs = 30_000;
const maxRetries = 12;
const maxPauseMs = 3_000;

export function createVisitor(options: VisitorOptions): Visitor {
  return new HttpVisitor(options);
}

class HttpVisitor implements Visitor {
  readonly #options: VisitorOptions;
  readonly #jar = new Map<string, string>();
  #last: Answer | null = null;
  #csrf = '';

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  get last(): Answer | null {
    return this.#last;
  }

  get(path: string): Promise<Answer> {
    return this.#request(path, {});
  }

  send(path: string, fields: Fields = {}): Promise<Answer> {
    const form = readForms(this.#last?.text ?? '').find(({ action }) => action === path);
    const kept = (form?.fields ?? []).filter(([name]) => !(name in fields));
    const typed = Object.entries(fields).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, each]),
    );
    const token: [string, string][] = form ? [] : [['_csrf', this.#csrf]];
    return this.#request(path, { method: 'POST', body: new URLSearchParams([...token, ...kept, ...typed]) });
  }

  upload(path: string, { name, content }: { name: string; content: string }): Promise<Answer> {
    const body = new FormData();
    body.append('_csrf', this.#csrf);
    body.append('file', new Blob([content], { type: 'text/csv' }), name);
    return this.#request(path, { method: 'POST', body });
  }

  session(): string {
    return [...this.#jar].find(([name]) => name.endsWith('-session'))?.[1] ?? '';
  }

  // An overloaded portal responds with 503 without processing the request. Wait for Retry-After, then retry.
  async #request(path: string, init: RequestInit, retries = 0): Promise<Answer> {
    const answer = await this.#follow(path, init);
    if (answer.status !== 503 || retries === maxRetries) return answer;
    const seconds = Number(answer.headers.get('retry-after') ?? 1);
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds * 1_000, maxPauseMs)));
    return this.#request(path, init, retries + 1);
  }

  async #follow(path: string, init: RequestInit, redirects = 0): Promise<Answer> {
    const { origin, headers, keep } = this.#options;
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...headers, ...(cookie === '' ? {} : { Cookie: cookie }), ...(init.headers as object) };
    const signal = AbortSignal.timeout(maxAnswerMs);
    const response = await fetch(new URL(path, origin), { ...init, headers: all, redirect: 'manual', signal });
    const text = await response.text();
    keep([`${response.status}`, ...[...response.headers].map((pair) => pair.join(': ')), text].join('\n'));
    for (const line of response.headers.getSetCookie()) this.#takeCookie(line);
    const to = response.headers.get('location');
    const target = to === null ? null : new URL(to, origin);
    if (target?.origin === origin && redirects < maxRedirects)
      return this.#follow(target.pathname + target.search, {}, redirects + 1);
    this.#csrf = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? this.#csrf;
    this.#last = { status: response.status, headers: response.headers, text, path, away: target?.href ?? null };
    return this.#last;
  }

  #takeCookie(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#jar.delete(name);
    else this.#jar.set(name, value);
  }
}

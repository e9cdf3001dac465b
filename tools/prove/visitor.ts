import { readForms } from './forms.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The path that was asked last. */
  readonly path: string;
  /** Where the answer sends a reader off this portal; null where it does not. */
  readonly away: string | null;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Somebody at a portal, over HTTP, without scripts: a jar of cookies, the last page and its forms. */
export interface Visitor {
  get(path: string): Promise<Answer>;
  /** Fills in the form of the last page that goes to this path; where it has none, sends the fields all the same. */
  send(path: string, fields?: Fields): Promise<Answer>;
  upload(path: string, file: { name: string; content: string }): Promise<Answer>;
  /** The value of the region's session cookie; '' before there is one. */
  session(): string;
  readonly last: Answer | null;
}

export interface VisitorOptions {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Is given every answer whole, its headers included. */
  readonly keep: (answer: string) => void;
}

const mostRedirects = 5;
const longestAnswerMs = 30_000;
const mostTries = 12;
const longestPauseMs = 3_000;

export function createVisitor({ origin, headers, keep }: VisitorOptions): Visitor {
  const jar = new Map<string, string>();
  let last: Answer | null = null;
  let csrf = '';

  // A portal that has too much to do says so and does nothing: people come back, and so does this visitor.
  async function ask(path: string, init: RequestInit, tries = 0): Promise<Answer> {
    const answer = await go(path, init);
    if (answer.status !== 503 || tries === mostTries) return answer;
    const seconds = Number(answer.headers.get('retry-after') ?? 1);
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds * 1_000, longestPauseMs)));
    return ask(path, init, tries + 1);
  }

  async function go(path: string, init: RequestInit, hops = 0): Promise<Answer> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...headers, ...(cookie === '' ? {} : { Cookie: cookie }), ...(init.headers as object) };
    const signal = AbortSignal.timeout(longestAnswerMs);
    const response = await fetch(new URL(path, origin), { ...init, headers: all, redirect: 'manual', signal });
    const text = await response.text();
    keep([`${response.status}`, ...[...response.headers].map((pair) => pair.join(': ')), text].join('\n'));
    for (const line of response.headers.getSetCookie()) takeCookie(line);
    const to = response.headers.get('location');
    const target = to === null ? null : new URL(to, origin);
    if (target?.origin === origin && hops < mostRedirects) return go(target.pathname + target.search, {}, hops + 1);
    csrf = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? csrf;
    last = { status: response.status, headers: response.headers, text, path, away: target?.href ?? null };
    return last;
  }

  function takeCookie(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }

  return {
    get: (path) => ask(path, {}),
    send: (path, fields = {}) => {
      const form = readForms(last?.text ?? '').find(({ action }) => action === path);
      const kept = (form?.fields ?? []).filter(([name]) => !(name in fields));
      const typed = Object.entries(fields).flatMap(([name, value]) =>
        [value].flat().map((each): [string, string] => [name, each]),
      );
      const body = new URLSearchParams([...(form ? [] : [['_csrf', csrf] as [string, string]]), ...kept, ...typed]);
      return ask(path, { method: 'POST', body });
    },
    upload: (path, { name, content }) => {
      const body = new FormData();
      body.append('_csrf', csrf);
      body.append('file', new Blob([content], { type: 'text/csv' }), name);
      return ask(path, { method: 'POST', body });
    },
    session: () => [...jar].find(([name]) => name.endsWith('-session'))?.[1] ?? '',
    get last() {
      return last;
    },
  };
}

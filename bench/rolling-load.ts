import { setTimeout as delay } from 'node:timers/promises';
import { createVisitor, type Visitor } from './visitor.ts';

/** The result of a constant load. */
export interface LoadResult {
  readonly requests: number;
  readonly posts: number;
  /** The requests with an unexpected response, such as `POST /language: 502`. */
  readonly failures: readonly string[];
  /** The response times in milliseconds, sorted. */
  readonly times: readonly number[];
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

const pages = ['/dashboard', '/my-profile', '/my-profile/sessions'] as const;
const languages = ['en', 'fr'] as const;
const postShare = 4;
const tickMs = 5;
const [answered, redirected] = [200, 303];

/** Signs in with the given accounts. @returns the visitors who reached their dashboard */
export async function signInAll(origin: string, accounts: readonly Credentials[]): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  for (const { username, password } of accounts) {
    const visitor = await createVisitor(origin).signIn(username, password);
    if ((await visitor.visit('/dashboard')).response.status === answered) visitors.push(visitor);
  }
  if (visitors.length === 0) throw new Error('No account could sign in');
  return visitors;
}

/**
 * Sends requests at a constant rate, without waiting for earlier responses. Every fourth request is a POST that writes
 * to the database.
 */
export async function sendAtRate(visitors: readonly Visitor[], perSecond: number, total: number): Promise<LoadResult> {
  const failures: string[] = [];
  const times: number[] = [];
  let posts = 0;
  async function send(index: number): Promise<void> {
    const visitor = visitors[index % visitors.length];
    if (visitor === undefined) return;
    const isPost = index % postShare === 0;
    const page = pages[index % pages.length] ?? pages[0];
    const language = languages[index % languages.length] ?? languages[0];
    if (isPost) posts++;
    const name = isPost ? 'POST /language' : `GET ${page}`;
    const startedAt = performance.now();
    try {
      const { response } = await (isPost
        ? visitor.submit('/language', { language, returnTo: page })
        : visitor.visit(page));
      times.push(performance.now() - startedAt);
      if (response.status !== (isPost ? redirected : answered)) failures.push(`${name}: ${response.status}`);
    } catch (error) {
      failures.push(`${name}: ${String(error instanceof Error ? (error.cause ?? error) : error)}`);
    }
  }
  const open: Promise<void>[] = [];
  const startedAt = performance.now();
  while (open.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
    while (open.length < due) open.push(send(open.length));
    await delay(tickMs);
  }
  await Promise.all(open);
  return { requests: open.length, posts, failures, times: times.sort((one, other) => one - other) };
}

import { promisify } from 'node:util';
import type { Request, Response } from 'express';
import { Passport } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { RegionRules } from '../../domain/regions.ts';
import type { Sessions, SessionTicket, SignInResult } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { bind } from '../../platform/bind.ts';
import type { Cookies } from './cookies.ts';
import { clientAddress, regionScopeOf, scopeOf, type Middleware } from './request.ts';

export interface Authentication {
  /** Middleware that resumes the user's session on each request. */
  readonly middleware: Middleware[];
  /**
   * Verifies the form fields `username` and `password`, neither of which may be empty. On success, opens a session with
   * a new ID and saves it before returning.
   */
  signIn(request: Request, response: Response): Promise<SignInResult>;
  /** Moves the session to a new ID, for example after the user's epoch has changed. */
  renew(request: Request, ticket: SessionTicket): Promise<void>;
  signOut(request: Request): Promise<void>;
}

interface AuthenticationDependencies {
  readonly sessions: Sessions;
  readonly support: Pick<Support, 'leave'>;
  readonly rules: RegionRules;
  readonly cookies: Pick<Cookies, 'read'>;
  readonly passport: InstanceType<typeof Passport>;
}

/** Creates the authentication functions. No other file calls Passport. */
export function createAuthentication(
  sessions: Sessions,
  support: Pick<Support, 'leave'>,
  rules: RegionRules,
  cookies: Pick<Cookies, 'read'>,
): Authentication {
  const passport = new Passport();
  const deps = { sessions, support, rules, cookies, passport };
  passport.serializeUser((ticket, done) => done(null, ticket));
  // Passport passes the request only to functions with three parameters.
  passport.deserializeUser(resumeSession.bind(null, deps));
  passport.use(new LocalStrategy({ passReqToCallback: true }, checkPassword.bind(null, deps)));
  return {
    middleware: [passport.initialize() as Middleware, passport.session() as Middleware],
    renew: logIn,
    ...bind(deps, { signIn, signOut }),
  };
}

function resumeSession(
  { sessions, rules }: AuthenticationDependencies,
  request: Request,
  ticket: SessionTicket,
  done: (error: unknown, user?: false | Express.User) => void,
): void {
  sessions.resume(rules, ticket).then(
    (session) => {
      if (session !== null) request.signedIn = { ticket, session };
      done(null, session === null ? false : ticket);
    },
    (error: unknown) => done(error),
  );
}

function checkPassword(
  { sessions, rules, cookies }: AuthenticationDependencies,
  request: Request,
  username: string,
  password: string,
  done: (error: unknown, user?: false | Express.User, result?: never) => void,
): void {
  const attempt = {
    username,
    password,
    deviceToken: cookies.read(request, 'device'),
    address: clientAddress(request) ?? '',
    device: (request.get('user-agent') ?? '').slice(0, 300),
  };
  sessions.signIn(regionScopeOf(request, rules), attempt).then(
    // Passport passes the third argument through unchanged, but its type allows only a message.
    (result) => done(null, result.outcome === 'signedIn' ? result.ticket : false, result as never),
    (error: unknown) => done(error),
  );
}

async function signIn(
  { passport }: AuthenticationDependencies,
  request: Request,
  response: Response,
): Promise<SignInResult> {
  const result = await new Promise<SignInResult>((resolve, reject) => {
    const answer = (error: Error | null, _user: unknown, info: SignInResult): void =>
      error === null ? resolve(info) : reject(error);
    (passport.authenticate('local', answer) as Middleware)(request, response, reject);
  });
  if (result.outcome === 'signedIn') await logIn(request, result.ticket);
  return result;
}

const logIn = (request: Request, ticket: SessionTicket): Promise<void> =>
  promisify((done: (error: unknown) => void) => request.logIn(ticket, done))();

async function signOut({ sessions, support }: AuthenticationDependencies, request: Request): Promise<void> {
  if (request.signedIn) {
    const { id } = request.signedIn.session;
    await sessions.signOut(await support.leave(scopeOf(request), id), id);
  }
  await promisify((done: (error: unknown) => void) => request.session.destroy(done))();
}

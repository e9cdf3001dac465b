import { promisify } from 'node:util';
import type { NextFunction, Request, Response } from 'express';
import { Passport } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { RegionRules } from '../../domain/regions.ts';
import type { Sessions, SessionTicket, SignInResult } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { bind } from '../../platform/bind.ts';
import { regionScopeOf, scopeOf, type Middleware } from './request.ts';

export interface Authentication {
  /** Recognizes a signed-in user on each request. */
  readonly middleware: Middleware[];
  /** Checks a password and, when it is right, opens a new session under a new id, saved before this returns. */
  signIn(request: Request, response: Response, attempt: SignInAttempt): Promise<SignInResult>;
  /** Carries a session on under a new id after its user's epoch has changed. */
  renew(request: Request, ticket: SessionTicket): Promise<void>;
  signOut(request: Request): Promise<void>;
}

export interface SignInAttempt {
  readonly username: string;
  readonly password: string;
  readonly deviceMark: string | null;
}

interface AuthenticationDependencies {
  readonly sessions: Sessions;
  readonly support: Pick<Support, 'leave'>;
  readonly rules: RegionRules;
  readonly passport: InstanceType<typeof Passport>;
  /** Attempts that are being checked: Passport hands its strategy only the two fields that it knows. */
  readonly attempts: WeakMap<Request, SignInAttempt>;
}

/** Hides Passport from the rest of the portal. */
export function createAuthentication(
  sessions: Sessions,
  support: Pick<Support, 'leave'>,
  rules: RegionRules,
): Authentication {
  const passport = new Passport();
  const deps = { sessions, support, rules, passport, attempts: new WeakMap<Request, SignInAttempt>() };
  passport.serializeUser((ticket, done) => done(null, ticket));
  // Passport counts its parameters: three of them, so that it passes the request as the first.
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
  { sessions, rules, attempts }: AuthenticationDependencies,
  request: Request,
  username: string,
  password: string,
  done: (error: unknown, user?: false | Express.User, result?: never) => void,
): void {
  const attempt = {
    username,
    password,
    deviceMark: attempts.get(request)?.deviceMark ?? null,
    address: request.ip ?? '',
    device: (request.get('user-agent') ?? '').slice(0, 300),
  };
  sessions.signIn(regionScopeOf(request, rules), attempt).then(
    (result) => done(null, result.outcome === 'signedIn' ? result.ticket : false, result as never),
    (error: unknown) => done(error),
  );
}

async function signIn(
  deps: AuthenticationDependencies,
  request: Request,
  response: Response,
  attempt: SignInAttempt,
): Promise<SignInResult> {
  const result = await authenticate(deps, request, response, attempt);
  if (result.outcome === 'signedIn') await logIn(request, result.ticket);
  return result;
}

// The strategy reads the body and, if a field is missing there, the address: with both in the body it never looks there.
function authenticate(
  { passport, attempts }: AuthenticationDependencies,
  request: Request,
  response: Response,
  attempt: SignInAttempt,
): Promise<SignInResult> {
  attempts.set(request, attempt);
  request.body = { username: attempt.username, password: attempt.password };
  return promisify((done: (error: unknown, result: SignInResult) => void) => {
    const answer = (error: unknown, _user: unknown, info: unknown): void =>
      done(error, isResult(info) ? info : { outcome: 'refused' });
    (passport.authenticate('local', answer) as Middleware)(request, response, done as NextFunction);
  })();
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

// Passport reports an empty field in words of its own.
const isResult = (info: unknown): info is SignInResult =>
  typeof info === 'object' && info !== null && 'outcome' in info;

import { promisify } from 'node:util';
import type { NextFunction, Request, Response } from 'express';
import { Passport } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { RegionRules } from '../../domain/regions.ts';
import type { Sessions, SessionTicket, SignInResult } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { regionScopeOf, scopeOf, type Middleware } from './request.ts';

export interface Authentication {
  /** Recognises a signed-in user on each request. */
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

/** Passport behind a door of our own: the rest of the portal does not know it. */
export function createAuthentication(
  sessions: Sessions,
  support: Pick<Support, 'leave'>,
  rules: RegionRules,
): Authentication {
  const passport = new Passport();
  passport.serializeUser((ticket, done) => done(null, ticket));
  passport.deserializeUser(
    (request: Request, ticket: SessionTicket, done: (error: unknown, user?: false | Express.User) => void) => {
      sessions.resume(rules, ticket).then(
        (session) => {
          if (session !== null) request.signedIn = { ticket, session };
          done(null, session === null ? false : ticket);
        },
        (error: unknown) => done(error),
      );
    },
  );
  passport.use(
    new LocalStrategy({ passReqToCallback: true }, (request, username, password, done) => {
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
    }),
  );
  const attempts = new WeakMap<Request, SignInAttempt>();

  const logIn = (request: Request, ticket: SessionTicket): Promise<void> =>
    promisify((done: (error: unknown) => void) => request.logIn(ticket, done))();

  // The strategy reads the body and, behind it, the address: with both fields in the body it never looks there.
  const check = (request: Request, response: Response, attempt: SignInAttempt): Promise<SignInResult> => {
    attempts.set(request, attempt);
    request.body = { username: attempt.username, password: attempt.password };
    return promisify((done: (error: unknown, result: SignInResult) => void) => {
      const answer = (error: unknown, _user: unknown, info: unknown): void =>
        done(error, isResult(info) ? info : { outcome: 'refused' });
      (passport.authenticate('local', answer) as Middleware)(request, response, done as NextFunction);
    })();
  };

  return {
    middleware: [passport.initialize() as Middleware, passport.session() as Middleware],
    signIn: async (request, response, attempt) => {
      const result = await check(request, response, attempt);
      if (result.outcome === 'signedIn') await logIn(request, result.ticket);
      return result;
    },
    renew: logIn,
    signOut: async (request) => {
      if (request.signedIn) {
        const { id } = request.signedIn.session;
        await sessions.signOut(await support.leave(scopeOf(request), id), id);
      }
      await promisify((done: (error: unknown) => void) => request.session.destroy(done))();
    },
  };
}

// Passport reports an empty field in words of its own.
const isResult = (info: unknown): info is SignInResult =>
  typeof info === 'object' && info !== null && 'outcome' in info;

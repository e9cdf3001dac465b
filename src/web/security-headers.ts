import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';
import type { Middleware } from './request.ts';

const yearSeconds = 365 * 24 * 60 * 60;
const nonceBytes = 16;

/** The headers of every answer, errors and static files included; scripts run only with the answer's own nonce. */
export function securityHeaders(config: Config): Middleware[] {
  const https = config.baseUrl.protocol === 'https:';
  // A form's answer may lead to another region's sign-in, and browsers hold redirects to form-action too.
  const regions = [...config.regionUrls.values()].map((url) => url.origin);
  const nonce: Middleware = (_request, response, next) => {
    response.locals.nonce = randomBytes(nonceBytes).toString('base64');
    next();
  };
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: [
          (_request, response) =>
            `'nonce-${(response as ServerResponse & { locals: { nonce: string } }).locals.nonce}'`,
        ],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'", ...new Set(regions)],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: https ? { maxAge: yearSeconds, includeSubDomains: true } : false,
    xFrameOptions: { action: 'deny' },
  });
  return [nonce, headers];
}

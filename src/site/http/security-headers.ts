import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { Config } from '../../platform/config/config.ts';
import type { Middleware } from './request.ts';

const yearSeconds = 365 * 24 * 60 * 60;
const nonceBytes = 16;
const nonceBatchSize = 256;

// The placeholder for the nonce, the only part of the headers that differs between responses.
const noncePlaceholder = '{nonce}';

// The browser features that no script may use, because the portal needs none of them. Helmet does not set this header.
const unusedFeatures = ['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb'];
const permissionsPolicy: [name: string, value: string] = [
  'Permissions-Policy',
  unusedFeatures.map((feature) => `${feature}=()`).join(', '),
];

/**
 * Sets the security headers of every response, including errors and static files. A script runs only if it has the
 * nonce of the response.
 */
export function securityHeaders(config: Config): Middleware {
  const headers = [...headersOf(helmetFor(config)), permissionsPolicy].map(([name, value]) => ({
    name,
    parts: value.split(noncePlaceholder),
  }));
  const nonces = createNonceGenerator();
  return (_request, response, next) => {
    const nonce = (response.locals.nonce = nonces());
    for (const { name, parts } of headers) response.setHeader(name, parts.join(nonce));
    next();
  };
}

// Generating random bytes takes about 15 µs regardless of their number, so they are generated in batches.
function createNonceGenerator(): () => string {
  let unused = Buffer.alloc(0);
  return () => {
    if (unused.length === 0) unused = randomBytes(nonceBytes * nonceBatchSize);
    const nonce = unused.toString('base64', 0, nonceBytes);
    unused = unused.subarray(nonceBytes);
    return nonce;
  };
}

// Helmet runs once at startup instead of on each request.
function headersOf(middleware: ReturnType<typeof helmet>): [name: string, value: string][] {
  const headers = new Map<string, string>();
  const response = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: () => undefined,
  };
  middleware({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error as Error;
  });
  return [...headers];
}

function helmetFor(config: Config): ReturnType<typeof helmet> {
  const https = config.baseUrl.protocol === 'https:';
  // A form may redirect to another region's sign-in page, and browsers apply `form-action` to redirects too.
  const regions = [...config.regionUrls.values()].map((url) => url.origin);
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: [`'nonce-${noncePlaceholder}'`],
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
}

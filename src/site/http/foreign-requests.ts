import type { Request } from 'express';
import { Failure } from '../../domain/errors.ts';
import { isLoopbackName } from '../../platform/network-address.ts';
import { isSafe } from './csrf.ts';
import type { Middleware } from './request.ts';

/**
 * Rejects requests for another host with 421, and state-changing requests from another site with 403. This runs before
 * the session and the body are read. A browser that sends neither `Origin` nor `Sec-Fetch-Site` is protected by the
 * CSRF token only.
 */
export function rejectForeignRequests(baseUrl: URL): Middleware {
  return (request, _response, next) => {
    if (!isForOwnHost(baseUrl, request)) return next(new Failure('misdirected'));
    if (!isSafe(request) && !isFromOwnSite(baseUrl, request))
      return next(new Failure('staleForm', { reason: 'csrf.otherSite' }));
    next();
  };
}

function isForOwnHost(baseUrl: URL, request: Request): boolean {
  const hosts = [...(request.headersDistinct.host ?? [])];
  if (hosts.length !== 1) return false;
  // A request target can be an absolute URL, which takes precedence over the Host header (RFC 9112, section 3.2.2).
  if (!request.originalUrl.startsWith('/')) hosts.push(URL.parse(request.originalUrl)?.host ?? '');
  return hosts.every((host) => isOwnHost(baseUrl, host));
}

// A name or an IPv4 address, or an IPv6 address in brackets, with an optional port.
const hostFormat = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;

/**
 * All loopback names are equivalent, with any port, because tunnels and containers change the name and the port, and no
 * other machine can have a loopback name.
 */
function isOwnHost(baseUrl: URL, host: string): boolean {
  const url = hostFormat.test(host) ? URL.parse(`${baseUrl.protocol}//${host}`) : null;
  if (url === null) return false;
  return isLoopbackName(baseUrl.hostname) ? isLoopbackName(url.hostname) : url.host === baseUrl.host;
}

const ownSites: readonly string[] = ['same-origin', 'none'];

function isFromOwnSite(baseUrl: URL, request: Request): boolean {
  const [site, origin] = [request.get('sec-fetch-site'), request.get('origin')];
  if (site !== undefined && !ownSites.includes(site)) return false;
  // One-time link pages have the referrer policy `no-referrer`, which makes browsers send the origin `null`.
  if (origin === 'null') return site === 'same-origin';
  return origin === undefined || origin === baseUrl.origin || isOwnLoopbackOrigin(baseUrl, origin, request);
}

// The port distinguishes the portals of several regions on one machine. A tunnel's port may differ from that of
// `BASE_URL`.
function isOwnLoopbackOrigin(baseUrl: URL, origin: string, request: Request): boolean {
  const url = URL.parse(origin);
  if (url?.origin !== origin || url.protocol !== baseUrl.protocol) return false;
  const ports = [baseUrl.port, URL.parse(`${baseUrl.protocol}//${request.get('host') ?? ''}`)?.port];
  return isLoopbackName(baseUrl.hostname) && isLoopbackName(url.hostname) && ports.includes(url.port);
}

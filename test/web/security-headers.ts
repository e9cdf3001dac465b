import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { RawResponse } from '../support/responses.ts';

/** The directives of a response's content security policy. */
export function policyOf(headers: IncomingHttpHeaders): Map<string, string> {
  const policy = String(headers['content-security-policy']);
  return new Map(
    policy.split(';').map((each) => [each.trim().split(' ')[0] ?? '', each.trim().split(' ').slice(1).join(' ')]),
  );
}

/** Asserts the headers of every response. */
export function assertSecurityHeaders({ headers }: RawResponse): void {
  const policy = policyOf(headers);
  const expected = {
    ...{ 'default-src': "'none'", 'object-src': "'none'", 'base-uri': "'none'", 'frame-ancestors': "'none'" },
    'form-action': "'self' http://localhost:3000 http://localhost:3001",
  };
  for (const [directive, value] of Object.entries(expected)) assert.equal(policy.get(directive), value, directive);
  assert.match(policy.get('script-src') ?? '', /^'nonce-[A-Za-z0-9+/]{22}=='$/);
  assert.equal(policy.get('style-src'), "'self'");
  assert.doesNotMatch([...policy.values()].join(' '), /unsafe|\*|https?:(?!\/\/localhost)|blob:/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.match(String(headers['referrer-policy']), /^(same-origin|no-referrer)$/);
  assert.match(String(headers['permissions-policy']), /^camera=\(\), .*usb=\(\)$/);
  assert.match(String(headers['x-request-id']), /^[0-9a-f]{8}-/);
  for (const header of ['x-powered-by', 'server', 'access-control-allow-origin'])
    assert.equal(headers[header], undefined);
}

/** Asserts the additional headers of a page. */
export function assertPageHeaders({ headers, text }: RawResponse): void {
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers.etag, undefined);
  assert.equal(headers.vary, 'Cookie, Accept-Language');
  const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? '';
  const scripts = text.match(/<script[^>]*>/g) ?? [];
  assert.ok(scripts.length > 0);
  for (const script of scripts)
    assert.ok(
      script.includes(`nonce="${nonce.replaceAll('+', '&#43;')}"`) || script.includes(`nonce="${nonce}"`),
      script,
    );
  assert.doesNotMatch(text, /<style|\sstyle="|\son\w+="|javascript:/i);
}

/** Asserts the additional headers of a download: not cached, and not displayed in this origin. */
export function assertDownloadHeaders({ headers }: RawResponse): void {
  assert.doesNotMatch(String(headers['content-type']), /html|xml|script/);
  assert.match(String(headers['content-disposition']), /^attachment; filename=/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers.etag, undefined);
}

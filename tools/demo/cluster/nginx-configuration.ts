import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../src/platform/package-root.ts';

const guide = 'docs/operators/reverse-proxy.md';

/**
 * Derives the cluster's nginx configuration from the sample in the guide, so that the sample is tested. Only the
 * addresses are replaced, and TLS is turned off.
 */
export function nginxConfiguration(port: number, serverPorts: readonly number[]): string {
  const [, sample] = /```nginx\n([^`]+)```/.exec(readFileSync(path.join(packageRoot, guide), 'utf8')) ?? [];
  if (sample === undefined) throw new Error(`${guide} has no sample`);
  const [, options = ''] = /server 127\.0\.0\.1:3000 ([^;]+);/.exec(sample) ?? [];
  const servers = serverPorts.map((each) => `server 127.0.0.1:${each} ${options};`).join('\n  ');
  const site = sample
    .replace(/(upstream parvis \{\n)[^}]+\}/, (_, start: string) => `${start}  ${servers}\n}`)
    .replace(/listen 443 ssl;/, `listen 127.0.0.1:${port};`);
  return `${surroundings}\nhttp {\naccess_log off;\n${temporaryPaths}\n${site}\n}\n`;
}

const surroundings = 'daemon off;\npid nginx.pid;\nerror_log stderr warn;\nevents { worker_connections 4096; }';

const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  .map((name) => `${name}_temp_path ${name};`)
  .join('\n');

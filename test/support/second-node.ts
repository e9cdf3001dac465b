import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after } from 'node:test';
import { freePort } from '../../tools/prove/free-port.ts';
import type { Portal } from './portal.ts';

const nodes: ChildProcess[] = [];
after(() => nodes.forEach((node) => node.kill()));

/** Serves a portal in a second process, on the same database and with the same secrets. @returns the origin */
export async function startSecondNode({ config }: Portal): Promise<string> {
  const { database, rules, baseUrl } = config;
  const port = await freePort();
  const node = fork(path.join(import.meta.dirname, 'server-child.ts'), {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      REGION: rules.region,
      BASE_URL: baseUrl.href,
      REGION_URLS: [...config.regionUrls].map(([region, url]) => `${region}=${url.origin}`).join(','),
      DATA_DIR: config.dataDirectory,
      DATABASE_URL: database.kind === 'sqlite' ? `sqlite:${database.file}` : database.url,
      SESSION_SECRETS: config.sessionSecrets.join(','),
      SECOND_FACTOR_KEYS: config.secondFactorKeys.join(','),
    },
  });
  nodes.push(node);
  await once(node, 'message');
  return `http://127.0.0.1:${port}`;
}

import type { Logger } from 'pino';
import type { Job } from '../../../platform/background-jobs.ts';
import { overloaded } from '../../../domain/errors.ts';
import { linkNotices, noticesSubscriber } from '../../../domain/notices.ts';
import { linkLifetimeMs, type LinkPurpose } from '../../../domain/people/one-time-link.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import { createScope, type RegionScope } from '../../../domain/scope.ts';
import type { Wait } from '../throttles/limiter.ts';
import type { LinkThrottle } from '../throttles/link-throttle.ts';
import type { LinkTokens } from './tokens.ts';
import { activityStore, deliveriesStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as linksStore from '../stores/links.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { job } from '../../../domain/principal.ts';

export type Recovery = ReturnType<typeof createRecovery>;

const mailedEvents = { recovery: 'recovery.linkMailed', signIn: 'signIn.linkMailed' } as const;
const maxWaiting = 1_000;
const everyMs = 60_000;
const retryAfterSeconds = 60;

type RequestedPurpose = Exclude<LinkPurpose, 'handOver'>;

interface RecoveryRequest {
  readonly scope: RegionScope;
  readonly username: string;
  readonly purpose: RequestedPurpose;
}

export interface RecoveryDependencies {
  readonly database: Database;
  readonly tokens: LinkTokens;
  readonly throttle: LinkThrottle;
  readonly clock: () => number;
  readonly log: Logger;
}

/**
 * Emails one-time links to users who request them. User names are email addresses. A link lets the user choose a new
 * password (in regions where administrators may not reset passwords) or sign in without delay after many failed
 * attempts.
 */
export function createRecovery(deps: RecoveryDependencies) {
  const bound = bind<Queue, { requestLink: typeof requestLink; run: typeof run }>(
    { ...deps, waiting: [] },
    { requestLink, run },
  );
  return {
    requestLink: bound.requestLink,

    /** The background job that mails the requested links. */
    work: { name: 'Recovery', everyMs, run: bound.run } satisfies Job,
  };
}

/** The queue exists only in memory, and processed requests are discarded, because user names are personal data. */
interface Queue extends RecoveryDependencies {
  readonly waiting: RecoveryRequest[];
}

async function issueAndMailLink(
  deps: RecoveryDependencies,
  { scope: region, username, purpose }: RecoveryRequest,
): Promise<void> {
  const { database, clock, tokens } = deps;
  const unlocked = await credentialsStore.findForSignInAcrossTenants(database, username);
  if (unlocked === null) return;
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, unlocked);
    const credentials = await credentialsStore.findForSignInAcrossTenants(tx, username);
    if (credentials?.user.state !== 'active' || credentials.tenant.state !== 'active') return;
    const { tenant, user } = credentials;
    // Temporary passwords are not subject to the delays that the link avoids.
    if (purpose === 'signIn' && user.password !== 'own') return;
    const rules = effectiveRules(region.rules, tenant.ownRules);
    const scope = createScope({ ...region, rules, now: clock(), tenant, principal: job('recovery') });
    const createdAt = clock();
    const expiresAt = createdAt + linkLifetimeMs(purpose, rules.handOver.linkHours);
    const { id, digest } = tokens.issueForMail();
    const link = { id, digest, userId: user.id, purpose, epoch: user.epoch, createdAt, expiresAt };
    await linksStore.insertMany(tx, scope, [link]);
    await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, linkNotices([link], `${purpose}Link`));
    await activityStore.recordSignIn(tx, region, user, { kind: mailedEvents[purpose], expiresAt }, createdAt);
  });
}

async function run(deps: Queue, stopping: AbortSignal): Promise<void> {
  const { log, waiting } = deps;
  for (let next = waiting.shift(); next !== undefined && !stopping.aborted; next = waiting.shift()) {
    const { requestId } = next.scope;
    await issueAndMailLink(deps, next).catch((error: unknown) =>
      log.warn({ requestId, err: error }, 'A requested link could not be issued'),
    );
  }
}

/**
 * Queues a request for a link. The user name is looked up only after the response has been sent, so that the
 * response time does not reveal whether the name exists.
 * @returns the waiting time if the request was throttled; null otherwise
 * @throws Failure overloaded if the queue is full
 */
export async function requestLink(
  deps: Queue,
  scope: RegionScope,
  username: string,
  purpose: RequestedPurpose,
): Promise<Wait | null> {
  const { throttle, waiting } = deps;
  const consume = purpose === 'recovery' ? throttle.consumeRecovery : throttle.consumeSignInLink;
  const wait = await consume(username, scope.address ?? '');
  if (wait !== null) return wait;
  if (waiting.length >= maxWaiting) throw overloaded('accountRecovery', retryAfterSeconds);
  waiting.push({ scope, username, purpose });
  return null;
}

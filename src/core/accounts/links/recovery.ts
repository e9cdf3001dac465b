import type { Logger } from 'pino';
import type { Job } from '../../../platform/background-jobs.ts';
import { overloaded } from '../../../domain/errors.ts';
import { linkNotices, noticesSubscriber } from '../../../domain/notices.ts';
import { linkLifetimeMs } from '../../../domain/people/one-time-link.ts';
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

const maxWaiting = 1_000;
const everyMs = 60_000;
const comeAgainSeconds = 60;

interface Asked {
  readonly scope: RegionScope;
  readonly username: string;
}

export interface RecoveryDependencies {
  readonly database: Database;
  readonly tokens: LinkTokens;
  readonly throttle: LinkThrottle;
  readonly clock: () => number;
  readonly log: Logger;
}

/**
 * How users recover alone, in a region in which nobody may reset a password for them: by a link that is mailed to their
 * user name.
 */
export function createRecovery(deps: RecoveryDependencies) {
  const bound = bind<Queue, { ask: typeof ask; run: typeof run }>({ ...deps, waiting: [] }, { ask, run });
  return {
    ask: bound.ask,

    /** Mails what was asked for. */
    work: { name: 'Recovery', everyMs, run: bound.run } satisfies Job,
  };
}

/** Requests wait in memory until they are looked up, and only until then: most names belong to users, some are typos. */
interface Queue extends RecoveryDependencies {
  readonly waiting: Asked[];
}

async function mail(deps: RecoveryDependencies, { scope: region, username }: Asked): Promise<void> {
  const { database, clock, tokens } = deps;
  const known = await credentialsStore.findForSignInAcrossTenants(database, username);
  if (known === null) return;
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, known);
    const credentials = await credentialsStore.findForSignInAcrossTenants(tx, username);
    if (credentials?.user.state !== 'active' || credentials.tenant.state !== 'active') return;
    const { tenant, user } = credentials;
    const rules = effectiveRules(region.rules, tenant.ownRules);
    const scope = createScope({ ...region, rules, now: clock(), tenant, principal: job('recovery') });
    const createdAt = clock();
    const expiresAt = createdAt + linkLifetimeMs('recovery', rules.handOver.linkHours);
    const { id, digest } = tokens.makeToSend();
    const link = {
      id,
      digest,
      userId: user.id,
      purpose: 'recovery',
      epoch: user.epoch,
      createdAt,
      expiresAt,
    } as const;
    await linksStore.insertMany(tx, scope, [link]);
    await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, linkNotices([link], 'recoveryLink'));
    await activityStore.recordSignIn(tx, region, user, { kind: 'recovery.linkMailed', expiresAt }, createdAt);
  });
}

async function run(deps: Queue, stopping: AbortSignal): Promise<void> {
  const { log, waiting } = deps;
  for (let next = waiting.shift(); next !== undefined && !stopping.aborted; next = waiting.shift()) {
    const { requestId } = next.scope;
    await mail(deps, next).catch((error: unknown) =>
      log.warn({ requestId, err: error }, 'A link to recover was not made'),
    );
  }
}

/**
 * Takes a user name, which is looked up only after its answer: time tells nothing of whether anybody has it.
 * @returns null, or how long to wait. @throws Failure overloaded
 */
export async function ask(deps: Queue, scope: RegionScope, username: string): Promise<Wait | null> {
  const { throttle, waiting } = deps;
  const wait = await throttle.takeRecovery(username, scope.address ?? '');
  if (wait !== null) return wait;
  if (waiting.length >= maxWaiting) throw overloaded(comeAgainSeconds);
  waiting.push({ scope, username });
  return null;
}

import type { Logger } from 'pino';
import type { Config } from '../../platform/config/config.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import { createCredentialIssuer } from './links/credential-issuer.ts';
import { createLinks } from './links/links.ts';
import { createRecovery } from './links/recovery.ts';
import { createLinkTokens } from './links/tokens.ts';
import type { StrengthEstimator } from './passwords/strength-estimator.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';
import { derivedKeys } from '../../platform/keys/derived-keys.ts';
import { createPasswords } from './passwords/passwords.ts';
import { assembleSecondFactor } from './second-factor/assemble.ts';
import { createSecondFactorRemover } from './second-factor/remove-second-factor.ts';
import { createKnownDevices } from './sessions/known-devices.ts';
import { createSessions } from './sessions/sessions.ts';
import { createUnknownNames } from './sessions/unknown-names.ts';
import type { RegionOf } from './tenants/validation.ts';
import { createTenantRules } from './tenants/tenant-rules.ts';
import { createTenants } from './tenants/tenants.ts';
import { createLinkThrottle } from './throttles/link-throttle.ts';
import { createThrottle } from './throttles/throttle.ts';
import { createUserAdder } from './users/add-user.ts';
import { createBulkReset } from './users/bulk-reset.ts';
import { createBulkChange } from './users/bulk-actions.ts';
import { createUserActions } from './users/user-actions.ts';
import { createUsers } from './users/reset-password.ts';

interface AccountsDependencies {
  readonly config: Config;
  readonly database: Database;
  /** Secrets for sessions and one-time links: the first one signs, and all are accepted for verification. */
  readonly secrets: readonly string[];
  /** Keys for TOTP seeds: the first one encrypts, and all can decrypt. */
  readonly secondFactorKeys: readonly string[];
  readonly hasher: Hasher;
  readonly strengthEstimator: StrengthEstimator;
  /** @returns the region that the directory lists for a domain, or null if there is no route */
  readonly regionOf: RegionOf;
  /** @returns the URL of a one-time link */
  readonly linkAddress: (token: string) => string;
  readonly background: JobRunner;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Tenants, users, credentials, sessions, throttles and one-time links: everything needed to sign in. */
export function createAccounts(deps: AccountsDependencies) {
  const { config, database, secrets, secondFactorKeys: keys, hasher, strengthEstimator, regionOf, clock, log } = deps;
  const { rules } = config;
  const throttle = createThrottle(database, rules, clock);
  const devices = createKnownDevices(derivedKeys(secrets, 'known browser'));
  const unknownNames = createUnknownNames({ keys: derivedKeys(secrets, 'unknown user name'), clock, log });
  const tokens = createLinkTokens(derivedKeys(secrets, 'one-time link'), deps.linkAddress);
  const credentialIssuer = createCredentialIssuer({ hasher, tokens, canMail: config.mail !== null, clock });
  const sessions = createSessions({ database, hasher, throttle, devices, unknownNames, clock, log });
  const secondFactor = assembleSecondFactor({ database, keys, hasher, throttle, devices, clock, log });
  deps.background.add(secondFactor.reencryption);
  deps.background.add(unknownNames.report);
  return {
    throttle,
    devices,
    credentialIssuer,
    sessions,
    secondFactor,
    removeSecondFactor: createSecondFactorRemover({ database, throttle, clock }),
    passwords: createPasswords({ database, hasher, strengthEstimator, throttle, clock }),
    tenants: createTenants({ database, regionOf, hasher, rules, clock }),
    rules: createTenantRules({ database, regionRules: rules, clock }),
    links: createLinks({ database, hasher, tokens, sessions, devices, clock }),
    recovery: createRecoveryWithThrottle(deps, tokens),
    users: createUsers({ database, credentialIssuer, throttle, clock }),
    addUser: createUserAdder({ database, credentialIssuer, clock }),
    userActions: createUserActions({ database, clock }),
    bulkChange: createBulkChange({ database, clock }),
    bulkReset: createBulkReset({ database, credentialIssuer, throttle, clock }),
  };
}

function createRecoveryWithThrottle(
  { database, background, clock, log }: AccountsDependencies,
  tokens: ReturnType<typeof createLinkTokens>,
) {
  const throttle = createLinkThrottle(database);
  const recovery = createRecovery({ database, tokens, throttle, clock, log });
  return { throttle, requestLink: recovery.requestLink, wake: background.add(recovery.work) };
}

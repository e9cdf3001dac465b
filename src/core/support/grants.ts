import { randomUUID } from 'node:crypto';
import { Failure, inField, notFound, type FieldFault } from '../../domain/errors.ts';
import type { Scope } from '../../domain/scope.ts';
import { isGrantInForce, maxPurposeLength, supportLevels, type SupportLevel } from '../../domain/support.ts';
import { may } from '../../domain/policy.ts';
import { choiceFault, textFault } from '../../domain/validation.ts';
import type { Database } from '../../platform/database/database.ts';
import { lockTenantAndRecheck } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { NewGrant, TenantGrant } from './support.store.ts';
import * as supportStore from './support.store.ts';

const hourMs = 60 * 60 * 1_000;

interface GrantDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

export interface GrantRequest {
  readonly operator: string;
  readonly purpose: string;
  readonly level: SupportLevel;
  readonly hours: number;
}

function faultsIn(scope: Scope, { purpose, level, hours }: GrantRequest): FieldFault[] {
  const faults: FieldFault[] = [];
  const purposeFault =
    purpose === '' ? ({ code: 'support.purposeMissing' } as const) : textFault(purpose, maxPurposeLength);
  if (purposeFault !== null) faults.push(inField('purpose', purposeFault));
  const unknownLevel = choiceFault('level', supportLevels, level);
  if (unknownLevel !== null) faults.push(unknownLevel);
  const most = scope.rules.supportAccess.longestHours;
  if (!Number.isInteger(hours) || hours < 1 || hours > most)
    faults.push({ field: 'hours', code: 'support.hoursOutOfBounds', parameters: { most } });
  return faults;
}

/**
 * Grants an operator access to the scope's tenant.
 * @returns the validation errors of the request. Access was granted only if the list is empty.
 * @throws Failure forbidden if the policy or the rules do not allow it
 */
export async function grant(
  deps: GrantDependencies,
  scope: Scope,
  request: GrantRequest,
): Promise<readonly FieldFault[]> {
  const { database, clock } = deps;
  const { operator: operatorId, purpose, level, hours } = request;
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const { allowed } = may(scope, 'support.grant');
    if (!allowed || scope.rules.supportAccess.grant === 'forbidden') throw new Failure('forbidden');
    const faults = faultsIn(scope, request);
    if (faults.length > 0) return faults;
    const at = clock();
    if ((await supportStore.findOperator(tx, operatorId)) === null)
      return [{ field: 'operator', code: 'support.operatorUnknown' }];
    const open = await supportStore.listOpen(tx, scope, at);
    if (open.some((each) => each.operatorId === operatorId))
      return [{ field: 'operator', code: 'support.alreadyGranted' }];
    const grant: NewGrant = {
      id: randomUUID(),
      operatorId,
      purpose,
      level,
      grantedAt: at,
      endsAt: at + hours * hourMs,
    };
    await supportStore.insert(tx, scope, grant);
    const { id, endsAt } = grant;
    await activityStore.record(
      tx,
      scope,
      { kind: 'support.granted', grant: id, level, endsAt, purpose },
      operatorId,
      at,
    );
    return [];
  });
}

/**
 * Ends a grant of the scope's tenant immediately.
 * @throws Failure notFound
 */
export function end(deps: GrantDependencies, scope: Scope, grantId: string): Promise<TenantGrant> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const grant = await supportStore.find(tx, scope, grantId);
    if (grant === null) throw notFound();
    const open = isGrantInForce(grant, clock()) && (await supportStore.finish(tx, grantId, 'ended', clock()));
    if (open)
      await activityStore.record(tx, scope, { kind: 'support.ended', grant: grantId }, grant.operatorId, clock());
    return grant;
  });
}

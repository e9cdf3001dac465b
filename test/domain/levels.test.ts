import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mayAssignLevels, type Levels } from '../../src/domain/policy.ts';
import type { RegionRules } from '../../src/domain/regions.ts';
import { administratorLevels, agentLevels, type AdministratorLevel } from '../../src/domain/roles.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { operator, person } from '../../src/domain/principal.ts';

type Managed = RegionRules['administratorsManagedBy'];

function scopeOf(administratorLevel: AdministratorLevel | 'operator', administratorsManagedBy: Managed): Scope {
  const ada = { id: 'self', username: 'ada@a.example', displayName: 'Ada', agentLevel: 'none' } as const;
  return createScope({
    rules: { administratorsManagedBy, twoAdministrators: { for: [] } } as unknown as RegionRules,
    language: 'en',
    requestId: 'request',
    now: 0,
    address: null,
    tenant: { id: 'tenant', name: 'A', language: 'en' },
    principal: administratorLevel === 'operator' ? operator : person({ ...ada, administratorLevel }),
  });
}

interface Case {
  readonly actor: 'global' | 'userManagement';
  readonly subject: 'self' | 'other' | 'new';
  readonly from: AdministratorLevel;
  readonly to: AdministratorLevel;
  readonly agentChanges: boolean;
  readonly managed: Managed;
}

const cases: Case[] = (['global', 'userManagement'] as const).flatMap((actor) =>
  (['self', 'other', 'new'] as const).flatMap((subject) =>
    (subject === 'new' ? (['none'] as const) : administratorLevels).flatMap((from) =>
      administratorLevels.flatMap((to) =>
        [false, true].flatMap((agentChanges) =>
          (['userManagers', 'globalAdmins'] as const).map((managed) => ({
            actor,
            subject,
            from,
            to,
            agentChanges,
            managed,
          })),
        ),
      ),
    ),
  ),
);

// These cases follow the sentences of the product contract, in order.
function expected({ actor, subject, from, to, agentChanges, managed }: Case): string {
  if (from === to && !agentChanges) return 'yes';
  if (subject === 'self') return 'ownLevel';
  if (actor === 'global' || from === to) return 'yes';
  if (from === 'global' || to === 'global') return 'globalLevel';
  return managed === 'globalAdmins' ? 'administrator' : 'yes';
}

function answer({ actor, subject, from, to, agentChanges, managed }: Case): string {
  const target = subject === 'new' ? null : { id: subject, administratorLevel: from, agentLevel: 'none' as const };
  const levels: Levels = { administratorLevel: to, agentLevel: agentChanges ? 'sales' : 'none' };
  const decision = mayAssignLevels(scopeOf(actor, managed), target, levels);
  return decision.allowed ? 'yes' : decision.because;
}

describe('changing levels', () => {
  for (const actor of ['global', 'userManagement'] as const) {
    for (const subject of ['self', 'other', 'new'] as const) {
      test(`follows the rules if the actor is ${actor} and the target is ${subject}`, () => {
        const these = cases.filter((each) => each.actor === actor && each.subject === subject);
        assert.ok(these.length >= 16);
        for (const each of these) assert.equal(answer(each), expected(each), JSON.stringify(each));
      });
    }
  }

  test('is unrestricted for the operator', () => {
    for (const administratorLevel of administratorLevels) {
      for (const agentLevel of agentLevels) {
        const target = { id: 'x', administratorLevel: 'global', agentLevel: 'none' } as const;
        const levels = { administratorLevel, agentLevel };
        assert.equal(mayAssignLevels(scopeOf('operator', 'globalAdmins'), target, levels).allowed, true);
        assert.equal(mayAssignLevels(scopeOf('operator', 'globalAdmins'), null, levels).allowed, true);
      }
    }
  });
});

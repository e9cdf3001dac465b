import type { User } from '../../domain/people/user.ts';
import type { AdministratorLevel, AgentLevel } from '../../domain/roles.ts';

/** The locale keys that describe what each administrator level allows, in display order. */
export const administratorAbilities: Readonly<Record<AdministratorLevel, readonly string[]>> = {
  global: ['roles:can.manageEverybody', 'roles:can.giveEveryLevel', 'roles:can.seeActivity', 'roles:can.ownAccount'],
  userManagement: [
    'roles:can.manageUsers',
    'roles:can.giveOtherLevels',
    'roles:can.readActivity',
    'roles:can.ownAccount',
  ],
  billing: ['roles:can.billing', 'roles:can.ownAccount'],
  none: ['roles:can.ownAccount'],
};

/** The locale keys that describe what each agent level allows in the applications that the portal links to. */
export const agentAbilities: Readonly<Record<AgentLevel, readonly string[]>> = {
  admin: ['roles:can.customers', 'roles:can.onBehalf', 'roles:can.serviceRequests'],
  sales: ['roles:can.sell'],
  helpdesk: ['roles:can.support'],
  none: [],
};

/** The locale keys that describe what a user's levels allow. */
export interface Abilities {
  readonly administrator: readonly string[];
  readonly agent: readonly string[];
}

export const abilitiesOf = ({ administratorLevel, agentLevel }: User): Abilities => ({
  administrator: administratorAbilities[administratorLevel],
  agent: agentAbilities[agentLevel],
});

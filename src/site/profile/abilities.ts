import type { User } from '../../domain/people/user.ts';
import type { AdministratorLevel, AgentLevel } from '../../domain/roles.ts';

/** What each administrator level lets its holder do, as locale keys, in the order in which pages list them. */
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

/** The same for agent levels, whose rights lie in the applications that the portal opens. */
export const agentAbilities: Readonly<Record<AgentLevel, readonly string[]>> = {
  admin: ['roles:can.customers', 'roles:can.onBehalf', 'roles:can.serviceRequests'],
  sales: ['roles:can.sell'],
  helpdesk: ['roles:can.support'],
  none: [],
};

/** Keys of what the levels of a user's roles allow. */
export interface Abilities {
  readonly administrator: readonly string[];
  readonly agent: readonly string[];
}

/** @returns what a user's levels allow, in keys */
export const abilitiesOf = ({ administratorLevel, agentLevel }: User): Abilities => ({
  administrator: administratorAbilities[administratorLevel],
  agent: agentAbilities[agentLevel],
});

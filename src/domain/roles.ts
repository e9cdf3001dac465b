/** The values of a user's administrator level and agent level, in the order in which pages list them. */
export const administratorLevels = ['global', 'userManagement', 'billing', 'none'] as const;
export const agentLevels = ['admin', 'sales', 'helpdesk', 'none'] as const;

export type AdministratorLevel = (typeof administratorLevels)[number];
export type AgentLevel = (typeof agentLevels)[number];

/** The actions that the policy decides on. */
export const actions = [
  'dashboard.view',
  'profile.view',
  'password.change',
  'accountSettings.view',
  'accountSettings.edit',
  'users.list',
  'users.view',
  'users.add',
  'users.edit',
  'users.block',
  'users.delete',
  'users.restore',
  'users.resetPassword',
  'users.removeSecondFactor',
  'users.endSessions',
  'users.import',
  'users.export',
  'activity.view',
  'activity.export',
  'approvals.view',
  'approvals.decide',
  'personalData.view',
  'personalData.erase',
  'support.view',
  'support.grant',
] as const;

export type Action = (typeof actions)[number];

const anyLevel: readonly AdministratorLevel[] = administratorLevels;
const userManagers: readonly AdministratorLevel[] = ['global', 'userManagement'];

/**
 * The administrator levels that can perform an action, subject to the rules and the target. Agent levels give no
 * permissions in the portal; they apply in the applications that the portal links to.
 */
export const rights: Readonly<Record<Action, readonly AdministratorLevel[]>> = {
  'dashboard.view': anyLevel,
  'profile.view': anyLevel,
  'password.change': anyLevel,
  'accountSettings.view': userManagers,
  'accountSettings.edit': ['global'],
  'users.list': userManagers,
  'users.view': userManagers,
  'users.add': userManagers,
  'users.edit': userManagers,
  'users.block': userManagers,
  'users.delete': userManagers,
  'users.restore': userManagers,
  'users.resetPassword': userManagers,
  'users.removeSecondFactor': userManagers,
  'users.endSessions': userManagers,
  'users.import': userManagers,
  'users.export': userManagers,
  'activity.view': userManagers,
  'activity.export': userManagers,
  // Further restricted to administrators who could perform the requested action themselves.
  'approvals.view': userManagers,
  'approvals.decide': userManagers,
  'personalData.view': userManagers,
  'personalData.erase': userManagers,
  'support.view': userManagers,
  'support.grant': ['global'],
};

/** Actions on a user. Only Global admins can perform them on a Global admin. */
export const actionsOnUsers: ReadonlySet<Action> = new Set<Action>([
  'users.edit',
  'users.block',
  'users.delete',
  'users.restore',
  'users.resetPassword',
  'users.removeSecondFactor',
  'users.endSessions',
  // Includes issuing passwords or links to imported users, who may have become administrators in the meantime.
  'users.import',
  // Includes the IP addresses and devices of sign-ins.
  'personalData.view',
  'personalData.erase',
]);

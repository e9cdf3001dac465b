/** The two settings that every user has, in the order in which the pages offer them. */
export const administratorLevels = ['global', 'userManagement', 'billing', 'none'] as const;
export const agentLevels = ['admin', 'sales', 'helpdesk', 'none'] as const;

export type AdministratorLevel = (typeof administratorLevels)[number];
export type AgentLevel = (typeof agentLevels)[number];

/** Everything that a page or a command can ask to do inside a tenant. */
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

const everybody: readonly AdministratorLevel[] = administratorLevels;
const userManagers: readonly AdministratorLevel[] = ['global', 'userManagement'];

/**
 * Which administrator levels an action is open to, before region and target are looked at.
 * Agent levels carry no right here: they are handed to the applications that the portal opens.
 */
export const rights: Readonly<Record<Action, readonly AdministratorLevel[]>> = {
  'dashboard.view': everybody,
  'profile.view': everybody,
  'password.change': everybody,
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
  // Which of them, the act itself decides: only who could do it themselves agrees to it.
  'approvals.view': userManagers,
  'approvals.decide': userManagers,
  'personalData.view': userManagers,
  'personalData.erase': userManagers,
  'support.view': userManagers,
  'support.grant': ['global'],
};

/** Actions that change a person, and that only a Global admin may take against a Global admin. */
export const actionsOnUsers: ReadonlySet<Action> = new Set<Action>([
  'users.edit',
  'users.block',
  'users.delete',
  'users.restore',
  'users.resetPassword',
  'users.removeSecondFactor',
  'users.endSessions',
  // A file's new users get their passwords by it, whatever level they have been given since.
  'users.import',
  'personalData.erase',
]);

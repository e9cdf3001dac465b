import type { Activity } from '../../domain/activity/event.ts';
import type { User } from '../../domain/people/user.ts';
import type { describeDevice, OwnSession } from '../../core/accounts/index.ts';
import type { ViewModels } from '../http/view-models.ts';
import type { Abilities } from './abilities.ts';
import type { RestrictionNote } from '../rules/restriction-notes.ts';

export interface ProfilePage {
  readonly user: User;
  /** When the password was set, in epoch milliseconds. */
  readonly passwordSetAt: number;
  readonly tenantName: string;
  readonly notes: readonly RestrictionNote[];
  readonly abilities: Abilities;
  readonly tiles: readonly ViewModels['shared/tile'][];
}

/** The current user's second factor. */
export interface OwnSecondFactor {
  readonly user: User;
  readonly codesLeft: number;
  /** Whether the rules require a second factor. If they do, the user cannot remove it. */
  readonly isRequired: boolean;
}

export interface SecurityPage extends OwnSecondFactor {
  /** When the password was set, in epoch milliseconds. */
  readonly passwordSetAt: number;
  readonly events: readonly Activity[];
}

type SessionModel = OwnSession & ReturnType<typeof describeDevice> & { readonly current: boolean };

declare module '../http/view-models.ts' {
  interface ViewModels {
    'profile/device': ReturnType<typeof describeDevice>;
    'profile/profile': ProfilePage;
    'profile/role': {
      readonly icon: string;
      readonly kind: string;
      readonly name: string;
      readonly abilities: readonly string[];
    };
    'profile/roles': Pick<ProfilePage, 'user' | 'abilities'>;
    'profile/security': SecurityPage;
    'profile/sessions': { readonly sessions: readonly SessionModel[] };
    'second-factor/own': OwnSecondFactor;
  }
}

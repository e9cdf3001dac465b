import type { Activity } from '../../domain/activity/event.ts';
import type { User } from '../../domain/people/user.ts';

/** An action that was not performed, because the user was changed after the page showed them. */
export interface ChangedUser {
  readonly user: User;
  /** The button that performs the action now. */
  readonly button: { readonly href: string; readonly icon: string; readonly label: string; readonly danger: boolean };
  readonly fields: Readonly<Record<string, string | number>>;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'users/bulk-changed': { readonly events: readonly Activity[] };
    'users/changed': ChangedUser & { readonly events: readonly Activity[]; readonly backHref: string };
    'users/seen': Pick<User, 'id' | 'version' | 'epoch'>;
  }
}

import type { Activity } from '../../domain/activity/event.ts';
import type { ListedUser } from '../../domain/people/user.ts';
import type { ActionMode } from '../http/availability.ts';
import type { RestrictionNote } from '../rules/restriction-notes.ts';
import type { LogQuery } from './activity.forms.ts';
import type { LogDay } from './log-page.ts';
import type { DisplayEntry } from './entry-texts.ts';

interface LogFilters {
  readonly query: LogQuery;
  readonly groups: readonly { readonly value: string; readonly label: string }[];
  /** The user whose entries are shown. The name is null after erasure. */
  readonly person: { readonly name: string | null } | null;
  readonly allUsersHref: string;
}

interface UserMatches {
  readonly users: readonly (Pick<ListedUser, 'displayName' | 'username' | 'state'> & { readonly href: string })[];
  /** Whether more users match the typed name than the page lists. */
  readonly hasMore: boolean;
  readonly allUsersHref: string;
}

/** The log entries on one page. */
export interface LogEntries {
  readonly days: readonly LogDay[];
  readonly count: number;
  readonly newer: string | null;
  readonly older: string | null;
}

export interface LogPage extends LogFilters, LogEntries {
  /** The users who match the typed name, in which case the page shows no entries; null if no name was typed. */
  readonly matches: Pick<UserMatches, 'users' | 'hasMore'> | null;
  readonly retention: { readonly value: string; readonly count: number };
  readonly exportMode: ActionMode | null;
  readonly notes: readonly RestrictionNote[];
  readonly csvHref: string;
  readonly jsonLinesHref: string;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'activity/user-matches': UserMatches;
    'activity/entry': { readonly entry: DisplayEntry; readonly time: string };
    'activity/events': { readonly events: readonly Activity[]; readonly addresses?: boolean };
    'activity/filters': LogFilters;
    'activity/log': LogPage;
  }
}

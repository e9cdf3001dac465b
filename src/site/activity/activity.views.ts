import type { Activity } from '../../domain/activity/event.ts';
import type { ListedUser } from '../../domain/people/user.ts';
import type { Offer } from '../http/offers.ts';
import type { Note } from '../rules/notes.ts';
import type { LogQuery } from './activity.forms.ts';
import type { LogDay } from './list.ts';
import type { WordedEntry } from './words.ts';

interface LogFilters {
  readonly query: LogQuery;
  readonly groups: readonly { readonly value: string; readonly label: string }[];
  /** The user whose entries are shown; their name is null where it is not known any more. */
  readonly person: { readonly name: string | null } | null;
  readonly everybodyHref: string;
}

interface LogChoices {
  readonly choices: readonly (Pick<ListedUser, 'displayName' | 'username' | 'state'> & { readonly href: string })[];
  /** Whether the name that was typed fits still more users. */
  readonly more: boolean;
  readonly everybodyHref: string;
}

/** The entries that were found. */
export interface LogEntries {
  readonly days: readonly LogDay[];
  readonly count: number;
  readonly newer: string | null;
  readonly older: string | null;
}

export interface LogPage extends LogFilters, LogEntries {
  /** Set where a name was typed that several users have, or none: then there are no entries. */
  readonly found: Pick<LogChoices, 'choices' | 'more'> | null;
  readonly retention: { readonly value: string; readonly count: number };
  readonly exporting: Offer | null;
  readonly notes: readonly Note[];
  readonly csvHref: string;
  readonly jsonLinesHref: string;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'activity/choices': LogChoices;
    'activity/entry': { readonly entry: WordedEntry; readonly time: string };
    'activity/events': { readonly events: readonly Activity[]; readonly addresses?: boolean };
    'activity/filters': LogFilters;
    'activity/log': LogPage;
  }
}

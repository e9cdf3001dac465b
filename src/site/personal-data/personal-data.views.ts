import type { User, UserStatus } from '../../domain/people/user.ts';
import type { describeDevice } from '../../core/accounts/index.ts';
import type { PersonalDataAccess } from '../../core/personal-data/index.ts';
import type { NamedUser, Shown } from '../http/view-models.ts';

type PersonalData = Awaited<ReturnType<PersonalDataAccess['view']>>;
export type PersonalEntry = PersonalData['entries'][number];

/** Someone who takes part in an entry: by name, or by pseudonym after erasure. */
export interface ShownParticipant {
  readonly id: string | null;
  readonly called: Shown;
}

export interface ShownFieldChange {
  readonly field: string;
  readonly from: Shown;
  readonly to: Shown;
}

/** An entry of the activity log as the user may see it. */
export interface ShownEntry {
  readonly at: number;
  /** Key of what happened. */
  readonly title: string;
  readonly changes: readonly ShownFieldChange[];
  readonly by: ShownParticipant | null;
  readonly to: ShownParticipant | null;
  /** Whether the rest of it is about other users only. */
  readonly concernsOthers: boolean;
  readonly address: PersonalEntry['address'];
}

type ShownSession = PersonalData['sessions'][number] & ReturnType<typeof describeDevice>;

/** Everything that is stored about one user. */
export interface HeldData extends Pick<PersonalData, 'user' | 'password' | 'notices' | 'more'> {
  readonly tenantName: string;
  readonly status: UserStatus;
  readonly sessions: readonly ShownSession[];
  readonly entries: readonly ShownEntry[];
}

interface OfUser {
  readonly user: NamedUser;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'personal-data/account': Pick<HeldData, 'user' | 'password' | 'tenantName' | 'status'>;
    'personal-data/ask': OfUser & { readonly dataHref: string; readonly dataFileHref: string };
    'personal-data/change': ShownFieldChange;
    'personal-data/download': { readonly action: string; readonly primary?: boolean };
    'personal-data/entries': Pick<HeldData, 'entries' | 'more'> & { readonly user: Pick<User, 'id'> };
    'personal-data/erase': OfUser & { readonly dataHref: string; readonly eraseHref: string };
    'personal-data/held': HeldData;
    'personal-data/other': HeldData & { readonly dataFileHref: string };
    'personal-data/own': HeldData & { readonly fileHref: string };
    'personal-data/sessions': Pick<HeldData, 'sessions'>;
  }
}

import type { SeenUser } from '../../domain/people/seen-user.ts';
import type { User, UserStatus } from '../../domain/people/user.ts';
import type { describeDevice } from '../../core/accounts/index.ts';
import type { PersonalDataAccess } from '../../core/personal-data/index.ts';
import type { NamedUser, DisplayText } from '../http/view-models.ts';

type PersonalData = Awaited<ReturnType<PersonalDataAccess['view']>>;
export type PersonalEntry = PersonalData['entries'][number];

/** The actor or target of an entry, by name or, after erasure, by pseudonym. */
export interface ParticipantModel {
  readonly id: string | null;
  readonly displayName: DisplayText;
}

export interface FieldChangeModel {
  readonly field: string;
  readonly from: DisplayText;
  readonly to: DisplayText;
}

/** An entry of the activity log, reduced to what the user may see. */
export interface EntryModel {
  readonly at: number;
  /** The locale key of the event's short name. */
  readonly title: string;
  readonly changes: readonly FieldChangeModel[];
  readonly by: ParticipantModel | null;
  readonly to: ParticipantModel | null;
  /** Whether the details are omitted because they concern only other users. */
  readonly concernsOthers: boolean;
  readonly address: PersonalEntry['address'];
}

type SessionModel = PersonalData['sessions'][number] & ReturnType<typeof describeDevice>;

/** Everything that is stored about one user. */
export interface StoredData extends Pick<PersonalData, 'user' | 'password' | 'notices' | 'more'> {
  readonly tenantName: string;
  readonly status: UserStatus;
  readonly sessions: readonly SessionModel[];
  readonly entries: readonly EntryModel[];
}

interface UserModel {
  readonly user: NamedUser;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'personal-data/account': Pick<StoredData, 'user' | 'password' | 'tenantName' | 'status'>;
    'personal-data/confirm': UserModel & { readonly dataHref: string; readonly dataFileHref: string };
    'personal-data/change': FieldChangeModel;
    'personal-data/download': { readonly action: string; readonly primary?: boolean };
    'personal-data/entries': Pick<StoredData, 'entries' | 'more'> & { readonly user: Pick<User, 'id'> };
    'personal-data/erase': UserModel & { readonly user: SeenUser & Pick<User, 'id'> } & {
      readonly dataHref: string;
      readonly eraseHref: string;
    };
    'personal-data/stored-data': StoredData;
    'personal-data/user': StoredData & { readonly dataFileHref: string };
    'personal-data/own': StoredData & { readonly fileHref: string };
    'personal-data/sessions': Pick<StoredData, 'sessions'>;
  }
}

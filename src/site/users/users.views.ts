import type { Activity } from '../../domain/activity/event.ts';
import type { FormerAdminProtection } from '../../domain/former-admin-protection.ts';
import type { HandoverMode } from '../../domain/regions.ts';
import type { ListedUser, User, UserStatus } from '../../domain/people/user.ts';
import type { BulkAction, describeHandover, Links, IssuedCredential } from '../../core/accounts/index.ts';
import type { bulkButtons, buttonStyleOf } from './bulk-buttons.ts';
import type { ActionMode } from '../http/availability.ts';
import type { NamedUser } from '../http/view-models.ts';
import type { RestrictionNote } from '../rules/restriction-notes.ts';
import type { EditFormState } from './edit-form.ts';
import type { assignableLevels, userLinks, permissionsOf } from './view-models.ts';
import type { HandoverSheet } from './handover-sheet.ts';
import type { ListQuery } from './users.forms.ts';

type UserLinks = ReturnType<typeof userLinks>;
type HandOver = ReturnType<typeof describeHandover>;
type Levels = ReturnType<typeof assignableLevels>;
type BulkButtons = ReturnType<typeof bulkButtons>;

/** One page of a list of users, with links to the pages before and after it. */
export interface UserList<U> {
  readonly users: readonly U[];
  readonly previous: string | null;
  readonly next: string | null;
}

interface FilterOption {
  readonly value: string;
  /** The locale key of the label. */
  readonly label: string;
}

interface SortHeader {
  readonly direction: 'ascending' | 'descending' | null;
  readonly href: string;
}

export interface UsersPage extends UserList<ListedUser & { readonly href: string; readonly status: UserStatus }> {
  readonly query: ListQuery;
  readonly sortHeaders: Readonly<Record<'name' | 'lastSignIn', SortHeader>>;
  readonly sortOptions: readonly FilterOption[];
  readonly levels: readonly FilterOption[];
  readonly statuses: readonly FilterOption[];
  /** The number of deleted users. Counting stops at one more than `maxDeletedCounted`. */
  readonly deleted: number;
  readonly maxDeletedCounted: number;
  readonly bulk: BulkButtons;
  readonly selectAllHref: string;
  readonly offers: { readonly add: boolean; readonly import: boolean; readonly export: ActionMode | null };
  readonly notes: readonly RestrictionNote[];
}

interface DeletedUser extends User, UserLinks {
  readonly restore: ActionMode | null;
  readonly approvalHref: string;
  /** The locale key of the reason why the user cannot be restored here; null if the user can be restored. */
  readonly refusal: string | null;
  readonly canErase: boolean;
}

export interface DeletedUsersPage extends UserList<DeletedUser> {
  readonly days: number;
  readonly bulk: BulkButtons;
  readonly notes: readonly RestrictionNote[];
}

export interface UserPage extends UserLinks, ReturnType<typeof permissionsOf> {
  readonly user: User;
  /** When the password was set, in epoch milliseconds. */
  readonly passwordSetAt: number;
  readonly events: readonly Activity[];
  readonly levels: Levels;
  readonly form: EditFormState;
  readonly status: UserStatus;
  readonly link: Awaited<ReturnType<Links['findLatest']>>;
  readonly linkMailRefused: boolean;
  /** Whether this Global admin must remain so that requests can be approved. */
  readonly isNeeded: boolean;
  readonly handOver: HandOver;
  readonly notes: readonly RestrictionNote[];
}

type UserFieldValues = Readonly<Record<'firstName' | 'lastName' | 'displayName' | 'language', string>> &
  Readonly<Record<'administratorLevel' | 'agentLevel', string>>;

export interface NewUserPage {
  readonly values: UserFieldValues & { readonly username: string };
  readonly domains: readonly string[];
  readonly levels: Levels;
  readonly handOver: HandOver;
  readonly isUsernameOfDeletedUser: boolean;
}

/** A credential with its temporary password or link in clear text. */
export interface RevealedCredential extends IssuedCredential {
  readonly clearText: string;
}

/** The screen that is shown after a user has been added or a user's password has been reset. */
export interface RevealPage extends UserLinks {
  readonly user: User;
  readonly credential: IssuedCredential;
  readonly sheet: HandoverSheet;
  /** The locale key of the heading. */
  readonly heading: string;
  /** Whether the user's sessions were ended, as after a reset. */
  readonly sessionsEnded: boolean;
}

interface BulkHandover {
  readonly user: User;
  readonly credential: RevealedCredential;
  readonly sheet: HandoverSheet;
}

/** A user that a bulk action skipped. */
interface SkippedUser {
  readonly user: NamedUser;
  /** The locale key of the reason. */
  readonly reason: string;
}

export interface BulkConfirmPage extends Pick<ReturnType<typeof buttonStyleOf>, 'danger' | 'icon'> {
  readonly action: BulkAction;
  readonly users: readonly User[];
  readonly skipped: readonly SkippedUser[];
  readonly restoreWindowDays: number;
  readonly handOver: HandOver;
  readonly backHref: string;
  /** The changes that other users made after the page was opened, which is why the action was not performed. */
  readonly changes: readonly Activity[];
}

interface BulkResult<H> {
  readonly handovers: readonly H[];
  readonly skipped: readonly SkippedUser[];
}

type UserFields = { readonly values: UserFieldValues } & Partial<Pick<EditFormState, 'stored'>>;

declare module '../http/view-models.ts' {
  interface ViewModels {
    'links/bulk-mailed': BulkResult<Pick<BulkHandover, 'user'>> & { readonly credential: IssuedCredential };
    'links/mailed': RevealPage;
    'links/secret': { readonly credential: RevealedCredential; readonly single: boolean };
    'second-factor/user': Pick<UserPage, 'user' | 'offers' | 'reasons' | 'secondFactorRequired'> &
      Pick<UserPage, 'removeSecondFactorHref' | 'restriction' | 'formerGlobalAdmin'>;
    'users/action': { readonly action: string; readonly icon: string; readonly label: string; readonly user: User };
    'users/bulk-bar': { readonly actions: BulkButtons };
    'users/bulk-confirm': BulkConfirmPage;
    'users/bulk-handover': BulkHandover;
    'users/bulk-skipped': Pick<BulkResult<never>, 'skipped'>;
    'users/bulk-empty': { readonly text: string };
    'users/bulk-reveal': BulkResult<BulkHandover> & { readonly credential: IssuedCredential | null };
    'users/delete-confirm': UserLinks & { readonly user: User; readonly days: number };
    'users/deleted': DeletedUsersPage;
    'users/deleted-row': { readonly user: DeletedUser; readonly isSelectable: boolean };
    'users/edit': { readonly form: EditFormState; readonly levels: Levels; readonly action: string };
    'users/summary': Pick<UserPage, 'user' | 'passwordSetAt' | 'status' | 'link'>;
    'users/name-fields': UserFields;
    'users/filter': {
      readonly name: string;
      readonly label: string;
      /** The label of the option that selects no value; null if a value is always selected. */
      readonly anyLabel: string | null;
      readonly value: string | null;
      readonly options: readonly FilterOption[];
    };
    'users/filters': Pick<UsersPage, 'query' | 'levels' | 'statuses' | 'sortOptions'>;
    'users/former-global-admin': FormerAdminProtection;
    'users/contacts': { readonly contacts: readonly NamedUser[] };
    'users/language-field': { readonly chosen: string; readonly stored: DisplayText | undefined };
    'users/level-field': {
      readonly name: 'administratorLevel' | 'agentLevel';
      readonly label: string;
      readonly levels: readonly string[];
      readonly chosen: string;
      readonly wordOf: (level: string) => string;
      /** The locale key of the hint. */
      readonly hint?: string | null;
      readonly stored: DisplayText | undefined;
    };
    'users/level-fields': UserFields & { readonly levels: Levels };
    'users/list': UsersPage;
    'users/list-actions': Pick<UsersPage, 'deleted' | 'maxDeletedCounted' | 'offers'>;
    'users/new': NewUserPage;
    'users/row-checkbox': { readonly id: string; readonly label: string; readonly checked: boolean };
    'users/readonly': { readonly user: User };
    'users/reset-confirm': UserLinks & { readonly user: User; readonly handOver: HandOver };
    'users/reset-stale': UserLinks & Pick<UserPage, 'user' | 'passwordSetAt'> & { readonly by: HandoverMode };
    'users/reset-warning': { readonly name: string; readonly credential: IssuedCredential };
    'users/reveal': RevealPage & { readonly credential: RevealedCredential };
    'users/rows': Pick<UsersPage, 'users' | 'query' | 'sortHeaders' | 'bulk' | 'selectAllHref'>;
    'users/sheet-foot': { readonly sheet: HandoverSheet };
    'users/sheet-head': { readonly sheet: HandoverSheet };
    'users/show': UserPage;
    'users/sortable-header': { readonly sort: SortHeader; readonly label: string };
    'users/restriction': { readonly note: RestrictionNote };
  }
}

import type { Activity } from '../../domain/activity/event.ts';
import type { FormerAdminProtection } from '../../domain/former-admin-protection.ts';
import type { HandoverMode } from '../../domain/regions.ts';
import type { ListedUser, User, UserStatus } from '../../domain/people/user.ts';
import type { BulkAction, describeHandover, Links, IssuedCredential } from '../../core/accounts/index.ts';
import type { bulkButtons, lookOf } from './bulk-look.ts';
import type { Offer } from '../http/offers.ts';
import type { NamedUser } from '../http/view-models.ts';
import type { Note } from '../rules/notes.ts';
import type { EditFormState } from './edit-form.ts';
import type { levelsFor, linksOf, permissionsOf } from './view-models.ts';
import type { Sheet } from './sheet.ts';
import type { ListQuery } from './users.forms.ts';

type Addresses = ReturnType<typeof linksOf>;
type HandOver = ReturnType<typeof describeHandover>;
type Levels = ReturnType<typeof levelsFor>;
type Bulk = ReturnType<typeof bulkButtons>;

/** A page of a list of users, with the addresses of the pages around it. */
export interface UserList<U> {
  readonly users: readonly U[];
  readonly previous: string | null;
  readonly next: string | null;
}

interface Choice {
  readonly value: string;
  /** Key. */
  readonly label: string;
}

interface Sort {
  readonly direction: 'ascending' | 'descending' | null;
  readonly href: string;
}

export interface UsersPage extends UserList<ListedUser & { readonly href: string; readonly status: UserStatus }> {
  readonly query: ListQuery;
  readonly sorts: Readonly<Record<'name' | 'lastSignIn', Sort>>;
  readonly sortings: readonly Choice[];
  readonly levels: readonly Choice[];
  readonly statuses: readonly Choice[];
  /** How many users are deleted, counted up to `maxDeleted` and one more. */
  readonly deleted: number;
  readonly maxDeleted: number;
  readonly bulk: Bulk;
  readonly chooseAll: string;
  readonly offers: { readonly add: boolean; readonly import: boolean; readonly export: Offer | null };
  readonly notes: readonly Note[];
}

interface DeletedUser extends User, Addresses {
  readonly restore: Offer | null;
  readonly askHref: string;
  /** Key of why the user cannot be restored here. */
  readonly refusal: string | null;
  readonly mayErase: boolean;
}

export interface DeletedUsersPage extends UserList<DeletedUser> {
  readonly days: number;
  readonly bulk: Bulk;
  readonly notes: readonly Note[];
}

export interface UserPage extends Addresses, ReturnType<typeof permissionsOf> {
  readonly user: User;
  /** Epoch ms. */
  readonly passwordSetAt: number;
  readonly events: readonly Activity[];
  readonly levels: Levels;
  readonly form: EditFormState;
  readonly status: UserStatus;
  readonly link: Awaited<ReturnType<Links['findLatest']>>;
  readonly handOver: HandOver;
  readonly notes: readonly Note[];
}

type EditedValues = Readonly<Record<'firstName' | 'lastName' | 'displayName' | 'language', string>> &
  Readonly<Record<'administratorLevel' | 'agentLevel', string>>;

export interface NewUserPage {
  readonly values: EditedValues & { readonly username: string };
  readonly domains: readonly string[];
  readonly levels: Levels;
  readonly handOver: HandOver;
}

/** A temporary password or a link, in clear. */
export interface ShownWayIn extends IssuedCredential {
  readonly clearText: string;
}

/** The screen after a reset, or after a user was added. */
export interface RevealPage extends Addresses {
  readonly user: User;
  readonly way: IssuedCredential;
  readonly sheet: Sheet;
  /** Key. */
  readonly heading: string;
  /** Whether sessions ended, as they do by a reset. */
  readonly ended: boolean;
}

interface Hand {
  readonly user: User;
  readonly way: ShownWayIn;
  readonly sheet: Sheet;
}

/** A user whom an action on many passed over. */
interface LeftUser {
  readonly user: NamedUser;
  /** Key. */
  readonly reason: string;
}

export interface BulkConfirmPage extends Pick<ReturnType<typeof lookOf>, 'danger' | 'icon'> {
  readonly action: BulkAction;
  readonly users: readonly User[];
  readonly left: readonly LeftUser[];
  readonly restoreWindowDays: number;
  readonly handOver: HandOver;
  readonly back: string;
}

interface BulkResult<H> {
  readonly hands: readonly H[];
  readonly left: readonly LeftUser[];
}

interface EditedFields {
  readonly values: EditedValues;
  readonly stored?: EditFormState['stored'];
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'links/bulk-mailed': BulkResult<Pick<Hand, 'user'>> & { readonly way: IssuedCredential };
    'links/mailed': RevealPage;
    'links/secret': { readonly way: ShownWayIn; readonly single: boolean };
    'second-factor/user': Pick<UserPage, 'user' | 'offers' | 'reasons' | 'secondFactorRequired'> &
      Pick<UserPage, 'removeSecondFactorHref' | 'withheld' | 'former'>;
    'users/action': { readonly action: string; readonly icon: string; readonly label: string };
    'users/bulk-bar': { readonly actions: Bulk };
    'users/bulk-confirm': BulkConfirmPage;
    'users/bulk-hand': Hand;
    'users/bulk-left': Pick<BulkResult<never>, 'left'>;
    'users/bulk-nobody': { readonly text: string };
    'users/bulk-reveal': BulkResult<Hand> & { readonly way: IssuedCredential | null };
    'users/conflict': { readonly conflict: NonNullable<EditFormState['conflict']> };
    'users/delete-confirm': Addresses & { readonly user: User; readonly days: number };
    'users/deleted': DeletedUsersPage;
    'users/deleted-row': { readonly user: DeletedUser; readonly pick: boolean };
    'users/edit': { readonly form: EditFormState; readonly levels: Levels; readonly action: string };
    'users/facts': Pick<UserPage, 'user' | 'passwordSetAt' | 'status' | 'link'>;
    'users/facts-fields': EditedFields;
    'users/filter': {
      readonly name: string;
      readonly label: string;
      /** What the choice of nothing is called; null where something is always chosen. */
      readonly every: string | null;
      readonly value: string | null;
      readonly options: readonly Choice[];
    };
    'users/filters': Pick<UsersPage, 'query' | 'levels' | 'statuses' | 'sortings'>;
    'users/former-global-admin': FormerAdminProtection;
    'users/helpers': { readonly helpers: readonly NamedUser[] };
    'users/language-field': { readonly chosen: string; readonly stored: Shown | undefined };
    'users/level-field': {
      readonly name: 'administratorLevel' | 'agentLevel';
      readonly label: string;
      readonly levels: readonly string[];
      readonly chosen: string;
      readonly wordOf: (level: string) => string;
      /** Key. */
      readonly hint?: string | null;
      readonly stored: Shown | undefined;
    };
    'users/level-fields': EditedFields & { readonly levels: Levels };
    'users/list': UsersPage;
    'users/list-actions': Pick<UsersPage, 'deleted' | 'maxDeleted' | 'offers'>;
    'users/new': NewUserPage;
    'users/pick': { readonly id: string; readonly label: string; readonly checked: boolean };
    'users/readonly': { readonly user: User };
    'users/reset-confirm': Addresses & { readonly user: User; readonly handOver: HandOver };
    'users/reset-stale': Addresses & Pick<UserPage, 'user' | 'passwordSetAt'> & { readonly by: HandoverMode };
    'users/reset-warning': { readonly name: string; readonly way: IssuedCredential };
    'users/reveal': RevealPage & { readonly way: ShownWayIn };
    'users/rows': Pick<UsersPage, 'users' | 'query' | 'sorts' | 'bulk' | 'chooseAll'>;
    'users/sheet-foot': { readonly sheet: Sheet };
    'users/sheet-head': { readonly sheet: Sheet };
    'users/show': UserPage;
    'users/sortable': { readonly sort: Sort; readonly label: string };
    'users/withheld': { readonly note: Note };
  }
}

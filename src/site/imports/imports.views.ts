import type { OtherColumn, RowOutcome } from '../../domain/imports.ts';
import type { describeHandover } from '../../core/accounts/index.ts';
import type { PasswordDownload, Import, ImportPasswords } from '../../core/imports/index.ts';
import type { NoteModel } from './notes.ts';
import type { RowModel } from './rows-page.ts';

/** The stage of an import. It determines whether the outcomes of rows are worded as planned, applied or not applied. */
export type Stage = 'planned' | 'applied' | 'aborted';

interface RecentImport extends Import {
  readonly href: string;
}

export interface NewImportPage {
  readonly limits: { readonly megabytes: number; readonly rows: number };
  readonly recent: readonly RecentImport[];
}

interface TickedColumn extends OtherColumn {
  readonly isTicked: boolean;
}

export interface ImportPage {
  readonly import: Import;
  readonly rows: readonly RowModel[];
  readonly previous: string | null;
  readonly next: string | null;
  readonly filters: readonly {
    readonly outcome: RowOutcome;
    readonly count: number;
    readonly href: string;
    readonly current: boolean;
  }[];
  readonly allRowsHref: string | null;
  readonly stage: Stage;
  /** Notes about the uploaded file, such as damaged rows and columns that were left out. */
  readonly notes: readonly NoteModel[];
  /** The columns that are not imported. The user must agree to leave them out before confirming. */
  readonly columns: readonly TickedColumn[];
  /** The number of rows that can be imported. */
  readonly importableRows: number;
  readonly href: string;
  /** The file of rejected rows; null if there are none. */
  readonly rejectedHref: string | null;
  /** The status of the temporary passwords or links; null until the import has been applied. */
  readonly passwords: Awaited<ReturnType<ImportPasswords['getStatus']>> | null;
  readonly passwordsHref: string;
  readonly handOver: ReturnType<typeof describeHandover>;
}

/** The temporary passwords or links of imported users, which are downloaded once or sent by email. */
interface ImportPasswordsModel extends Pick<ImportPage, 'import' | 'passwordsHref' | 'handOver'> {
  readonly passwords: NonNullable<ImportPage['passwords']>;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'imports/details': { readonly row: RowModel };
    'imports/applied': ImportPage;
    'imports/passwords-unavailable': {
      readonly delivery: Exclude<PasswordDownload, { readonly outcome: 'begun' | 'noMail' }>;
      /** Whether the rules require one-time links instead of temporary passwords. */
      readonly isLink: boolean;
      readonly href: string;
    };
    'imports/columns': Pick<ImportPage, 'columns'>;
    'imports/new': NewImportPage;
    'imports/notes': Pick<ImportPage, 'notes'>;
    'imports/outcome': Pick<ImportPage, 'stage'> & Pick<RowModel, 'outcome'>;
    'imports/passwords': ImportPasswordsModel;
    'imports/recent': { readonly imports: readonly RecentImport[] };
    'imports/rows': Pick<ImportPage, 'rows' | 'stage'>;
    'imports/show': ImportPage;
    'imports/staged': ImportPage;
    'imports/state': Pick<Import, 'state'>;
    'imports/aborted': ImportPage;
    'imports/value': DisplayText;
    'imports/confirmed': ImportPage;
    'links/import': ImportPasswordsModel;
  }
}

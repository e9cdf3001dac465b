import type { RowOutcome } from '../../domain/imports.ts';
import type { describeHandover } from '../../core/accounts/index.ts';
import type { PasswordDownload, Import, ImportPasswords } from '../../core/imports/index.ts';
import type { ShownRow } from './page.ts';

/** How the pages speak of a row: what will become of it, what has, or what has not. */
export type Stage = 'planned' | 'applied' | 'aborted';

interface RecentImport extends Import {
  readonly href: string;
}

export interface NewImportPage {
  readonly limits: { readonly megabytes: number; readonly rows: number };
  readonly recent: readonly RecentImport[];
}

export interface ImportPage {
  readonly import: Import;
  readonly rows: readonly ShownRow[];
  readonly previous: string | null;
  readonly next: string | null;
  readonly filters: readonly {
    readonly outcome: RowOutcome;
    readonly count: number;
    readonly href: string;
    readonly current: boolean;
  }[];
  readonly everyHref: string | null;
  readonly stage: Stage;
  /** How many rows can be imported. */
  readonly good: number;
  readonly href: string;
  /** Null until the import is done. */
  readonly passwords: Awaited<ReturnType<ImportPasswords['getStatus']>> | null;
  readonly passwordsHref: string;
  readonly handOver: ReturnType<typeof describeHandover>;
}

/** The one download, or sending, of what the users of an import sign in with. */
interface ImportPasswordsPart extends Pick<ImportPage, 'import' | 'passwordsHref' | 'handOver'> {
  readonly passwords: NonNullable<ImportPage['passwords']>;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'imports/details': { readonly row: ShownRow };
    'imports/applied': ImportPage;
    'imports/gone': {
      readonly delivery: Exclude<PasswordDownload, { readonly outcome: 'begun' | 'noMail' }>;
      readonly href: string;
    };
    'imports/new': NewImportPage;
    'imports/outcome': Pick<ImportPage, 'stage'> & Pick<ShownRow, 'outcome'>;
    'imports/passwords': ImportPasswordsPart;
    'imports/recent': { readonly imports: readonly RecentImport[] };
    'imports/rows': Pick<ImportPage, 'rows' | 'stage'>;
    'imports/show': ImportPage;
    'imports/staged': ImportPage;
    'imports/state': Pick<Import, 'state'>;
    'imports/aborted': ImportPage;
    'imports/value': Shown;
    'imports/confirmed': ImportPage;
    'links/import': ImportPasswordsPart;
  }
}

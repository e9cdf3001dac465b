import type { FormerAdminProtection } from '../../domain/former-admin-protection.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { describeHandover } from '../../core/accounts/index.ts';
import type { NamedUser } from '../http/view-models.ts';
import type { shown, ShownChange, wishShown } from './page.ts';

type ShownApproval = ReturnType<typeof shown>;
type HandOver = ReturnType<typeof describeHandover>;

export interface ApprovalsPage {
  readonly waiting: readonly ShownApproval[];
  readonly ended: readonly ShownApproval[];
  readonly rules: RegionRules['twoAdministrators'];
}

export interface ApprovalPage {
  readonly approval: ShownApproval;
  /** Whether the reader's own level was given by the requester. */
  readonly depends: boolean;
  readonly confirmers: readonly NamedUser[];
  readonly dependent: readonly NamedUser[];
  /** How a new password reaches its user, where that is what was asked for. */
  readonly handOver: HandOver | null;
  readonly users: readonly NamedUser[];
  readonly former: FormerAdminProtection | null;
  readonly remark: string;
}

export interface AskPage extends ReturnType<typeof wishShown> {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly confirmers: readonly NamedUser[];
  readonly dependent: readonly NamedUser[];
  readonly reason: string;
  readonly because: 'region' | 'organization' | 'loosens';
  readonly withinHours: number;
  readonly back: string;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'approvals/ask': AskPage;
    'approvals/changes': { readonly changes: readonly ShownChange[] };
    'approvals/confirmers': Pick<ApprovalPage, 'confirmers'>;
    'approvals/decide': Pick<ApprovalPage, 'approval' | 'remark'>;
    'approvals/dependent': Pick<ApprovalPage, 'dependent'>;
    'approvals/list': ApprovalsPage;
    'approvals/own': Pick<ApprovalPage, 'approval' | 'handOver'>;
    'approvals/people': Pick<ApprovalPage, 'users'>;
    'approvals/person': { readonly name: string; readonly username: string };
    'approvals/rows': {
      readonly label: string;
      readonly time: string;
      readonly rows: readonly (ShownApproval & { readonly at: number })[];
    };
    'approvals/sentence': {
      readonly name: string;
      readonly label: string;
      readonly hint: string;
      readonly value: string;
      readonly required?: boolean;
    };
    'approvals/show': ApprovalPage;
    'approvals/state': Pick<ShownApproval, 'state'>;
  }
}

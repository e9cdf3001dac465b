import type { FormerAdminProtection } from '../../domain/former-admin-protection.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { describeHandover } from '../../core/accounts/index.ts';
import type { NamedUser } from '../http/view-models.ts';
import type { approvalModel, RuleChangeModel, requestPreview } from './view-models.ts';

type ApprovalModel = ReturnType<typeof approvalModel>;
type HandOver = ReturnType<typeof describeHandover>;

export interface ApprovalsPage {
  readonly pending: readonly ApprovalModel[];
  readonly ended: readonly ApprovalModel[];
  readonly rules: RegionRules['twoAdministrators'];
}

export interface ApprovalPage {
  readonly approval: ApprovalModel;
  /** Whether the user must not approve the request because the user and the requester are not independent. */
  readonly isDependent: boolean;
  readonly approvers: readonly NamedUser[];
  readonly ineligible: readonly NamedUser[];
  /** How a new password or link is delivered; null for actions other than a password reset. */
  readonly handOver: HandOver | null;
  readonly users: readonly NamedUser[];
  readonly formerGlobalAdmin: FormerAdminProtection | null;
  readonly remark: string;
}

export interface NewApprovalPage extends ReturnType<typeof requestPreview> {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly approvers: readonly NamedUser[];
  readonly ineligible: readonly NamedUser[];
  readonly reason: string;
  readonly requiredBy: 'region' | 'organization' | 'loosens';
  readonly withinHours: number;
  readonly backHref: string;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'approvals/new': NewApprovalPage;
    'approvals/changes': { readonly changes: readonly RuleChangeModel[] };
    'approvals/approvers': Pick<ApprovalPage, 'approvers'>;
    'approvals/decide': Pick<ApprovalPage, 'approval' | 'remark'>;
    'approvals/ineligible': Pick<ApprovalPage, 'ineligible'>;
    'approvals/list': ApprovalsPage;
    'approvals/own-request': Pick<ApprovalPage, 'approval' | 'handOver'>;
    'approvals/users': Pick<ApprovalPage, 'users'>;
    'approvals/user': { readonly name: string; readonly username: string };
    'approvals/rows': {
      readonly label: string;
      readonly time: string;
      readonly rows: readonly (ApprovalModel & { readonly at: number })[];
    };
    'approvals/text-field': {
      readonly name: string;
      readonly label: string;
      readonly hint: string;
      readonly value: string;
      readonly required?: boolean;
    };
    'approvals/show': ApprovalPage;
    'approvals/status': Pick<ApprovalModel, 'state'>;
  }
}

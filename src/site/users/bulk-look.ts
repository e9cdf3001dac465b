import { availableBulkActions, type BulkAction } from '../../core/accounts/index.ts';
import type { Scope } from '../../domain/scope.ts';

interface Look {
  readonly label: string;
  readonly icon: string;
  readonly danger: boolean;
}

const looks: Readonly<Record<BulkAction, Look>> = {
  block: { label: 'common:terms.block', icon: 'ban', danger: false },
  unblock: { label: 'common:terms.unblock', icon: 'lock-open', danger: false },
  reset: { label: 'common:terms.resetPassword', icon: 'key', danger: false },
  delete: { label: 'common:terms.deleteUser', icon: 'trash', danger: true },
  restore: { label: 'common:terms.restore', icon: 'rotate-clockwise', danger: false },
};

/** @returns the label and icon of an action, for its button and its page */
export const lookOf = (action: BulkAction): Look => looks[action];

/** @returns the buttons under a list of present or of deleted users */
export const bulkButtons = (scope: Scope, among: Parameters<typeof availableBulkActions>[1]) =>
  availableBulkActions(scope, among).map((name) => {
    const { label, icon, danger } = looks[name];
    return { name, label, icon, danger };
  });

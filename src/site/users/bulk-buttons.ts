import { availableBulkActions, type BulkAction } from '../../core/accounts/index.ts';
import type { Scope } from '../../domain/scope.ts';

export interface ButtonStyle {
  readonly label: string;
  readonly icon: string;
  readonly danger: boolean;
}

const buttonStyles: Readonly<Record<BulkAction, ButtonStyle>> = {
  block: { label: 'common:terms.block', icon: 'ban', danger: false },
  unblock: { label: 'common:terms.unblock', icon: 'lock-open', danger: false },
  reset: { label: 'common:terms.resetPassword', icon: 'key', danger: false },
  delete: { label: 'common:terms.deleteUser', icon: 'trash', danger: true },
  restore: { label: 'common:terms.restore', icon: 'rotate-clockwise', danger: false },
};

/** @returns the label and icon of an action, and whether its button is styled as dangerous */
export const buttonStyleOf = (action: BulkAction): ButtonStyle => buttonStyles[action];

/** @returns the buttons below a list of current or deleted users */
export const bulkButtons = (scope: Scope, among: Parameters<typeof availableBulkActions>[1]) =>
  availableBulkActions(scope, among).map((name) => {
    const { label, icon, danger } = buttonStyles[name];
    return { name, label, icon, danger };
  });

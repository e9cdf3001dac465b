import { paths } from '../../src/site/http/paths.ts';
import {
  at,
  changed,
  countOf,
  idle,
  namesOf,
  opens,
  opensUser,
  presses,
  rulesOf,
  sends,
  setsState,
  stateOf,
  type Case,
} from '../support/concurrent-forms.ts';

const { user: userPage, rules, blockUser, unblockUser, deleteUser, restoreUser } = paths;

/** Test cases for forms that change one user or the rules, by the path of the route. */
export const formCases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  [userPage]: {
    'different fields are merged': {
      open: opensUser,
      first: presses('Save', { 'First name': 'Anneliese' }),
      second: presses('Save', { 'Last name': 'Roy' }),
      status: 200,
      after: namesOf,
      result: ['Anneliese', 'Roy'],
    },
    'the same field is a conflict': {
      open: opensUser,
      first: presses('Save', { 'First name': 'Anneliese' }),
      second: presses('Save', { 'First name': 'Anna', 'Last name': 'Roy' }),
      status: 409,
      says: /First name: .* changed it from “Anne” to “Anneliese”/,
      after: namesOf,
      result: ['Anneliese', 'Martin'],
    },
  },
  [rules]: {
    'different rules are merged': {
      open: opens(() => rules),
      first: presses('Save', { [idle]: '10' }),
      second: presses('Save', { 'Maximum session length': '5' }),
      status: 200,
      after: rulesOf,
      result: { idleMinutes: 10, absoluteHours: 5 },
    },
    'the same rule is a conflict': {
      open: opens(() => rules),
      first: presses('Save', { [idle]: '10' }),
      second: presses('Save', { [idle]: '11', 'Maximum session length': '5' }),
      status: 409,
      says: new RegExp(`${idle}: .* changed it from “region default” to “10 minutes”`, 'i'),
      after: rulesOf,
      result: { idleMinutes: 10 },
    },
    'the same value is not a conflict': {
      open: opens(() => rules),
      first: presses('Save', { [idle]: '10' }),
      second: presses('Save', { [idle]: '10' }),
      status: 200,
      after: rulesOf,
      result: { idleMinutes: 10 },
    },
  },
  [blockUser]: {
    'an edit is not a conflict': {
      open: opensUser,
      first: presses('Save', { 'First name': 'Anneliese' }),
      second: presses('Block sign-in'),
      status: 200,
      after: stateOf,
      result: 'blocked',
    },
    'a repeated block records nothing': {
      open: opensUser,
      first: presses('Block sign-in'),
      second: presses('Block sign-in'),
      status: 200,
      after: countOf('user.blocked'),
      result: 1,
    },
    'a block and an unblock in the meantime are a conflict': {
      open: opensUser,
      first: sends(blockUser, unblockUser),
      second: presses('Block sign-in'),
      status: 409,
      says: changed,
      after: stateOf,
      result: 'active',
    },
  },
  [unblockUser]: {
    'another block in the meantime is a conflict': {
      before: setsState('blocked'),
      open: opensUser,
      first: sends(unblockUser, blockUser),
      second: presses('Unblock sign-in'),
      status: 409,
      says: changed,
      after: stateOf,
      result: 'blocked',
    },
  },
  [deleteUser]: {
    'a restore in the meantime is a conflict': {
      open: opens(at(deleteUser)),
      first: sends(deleteUser, restoreUser),
      second: presses('Delete user account'),
      status: 409,
      says: changed,
      after: stateOf,
      result: 'active',
    },
  },
  [restoreUser]: {
    'another deletion in the meantime is a conflict': {
      before: setsState('deleted'),
      open: opens(() => paths.deletedUsers),
      first: sends(restoreUser, deleteUser),
      second: presses('Restore'),
      status: 409,
      says: changed,
      after: stateOf,
      result: 'deleted',
    },
  },
  [paths.eraseUser]: {
    'another deletion in the meantime is a conflict': {
      before: setsState('deleted'),
      open: opens(at(paths.eraseUser)),
      first: sends(restoreUser, deleteUser),
      second: presses('Erase permanently'),
      status: 409,
      says: changed,
      after: stateOf,
      result: 'deleted',
    },
  },
};

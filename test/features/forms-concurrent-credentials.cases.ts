import { paths } from '../../src/site/http/paths.ts';
import type { User } from '../../src/domain/people/user.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import {
  at,
  bulk,
  changed,
  countOf,
  opens,
  presses,
  sends,
  stateOf,
  userOf,
  type Case,
} from '../support/concurrent-forms.ts';

const { user: userPage, blockUser, unblockUser } = paths;

/** Test cases for forms for bulk actions and credentials, by the path of the route. */
export const credentialCases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  [paths.bulkUsers]: {
    'an edit is not a conflict': {
      open: opens(bulk('block')),
      first: async (person, stage) => {
        await person.visit(at(userPage)(stage));
        await person.submit('Save', { 'First name': 'Anneliese' });
      },
      second: presses('Block sign-in'),
      status: 200,
      after: stateOf,
      result: 'blocked',
    },
    'a block and an unblock in the meantime are a conflict': {
      open: opens(bulk('block')),
      first: sends(blockUser, unblockUser),
      second: presses('Block sign-in'),
      status: 409,
      says: /Action not completed.*Anne Martin · .*nblock.* by /is,
      after: stateOf,
      result: 'active',
    },
  },
  [paths.bulkReset]: {
    'a reset in the meantime is a conflict': {
      open: opens(bulk('reset')),
      first: presses('Reset password'),
      second: presses('Reset password'),
      status: 409,
      says: /Changed in the meantime/,
      after: countOf('password.reset'),
      result: 1,
    },
  },
  [paths.resetPassword]: {
    'a reset in the meantime is a conflict': {
      open: opens(at(paths.resetPassword)),
      first: presses('Reset password'),
      second: presses('Reset password'),
      status: 409,
      says: /No password was reset/,
      after: countOf('password.reset'),
      result: 1,
    },
  },
  [paths.removeSecondFactor]: {
    'a factor that was set up in the meantime is kept': {
      before: ({ portal, user }) => aSecondFactorUser(portal, user),
      open: opens(at(paths.removeSecondFactor)),
      first: async (person, stage) => {
        await sends(paths.removeSecondFactor)(person, stage);
        stage.portal.clock.now += 1_000;
        const user = (await userOf(stage)) as User;
        await aSecondFactorUser(stage.portal, { ...user, clearPassword: stage.user.clearPassword });
      },
      second: presses('Remove authenticator app'),
      status: 409,
      says: changed,
      after: async (stage) => (await userOf(stage))?.secondFactorAt !== null,
      result: true,
    },
  },
};

import { before, describe } from 'node:test';
import { chromium, skipWithout } from '../support/services.ts';
import { allVariants, openResetPortal, testReset, type ResetPortal } from './reset.ts';

describe('resetting and changing a password in every way', { skip: skipWithout('chromium', chromium()) }, () => {
  let opened: ResetPortal;
  before(async () => (opened = await openResetPortal()));

  for (const variant of allVariants) testReset(variant, () => opened);
});

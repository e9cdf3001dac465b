import { isOtherUser, testAccessibility, smallScreen } from './accessibility.ts';

testAccessibility('fr', smallScreen, isOtherUser);

import { isOtherUser, mainViewports, testAccessibility } from './accessibility.ts';

// German has the longest words.
testAccessibility('de', mainViewports, isOtherUser);

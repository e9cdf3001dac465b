import { isAdministrator, desktop, testAccessibility } from './accessibility.ts';

// German has the longest words.
testAccessibility('de', desktop, isAdministrator);

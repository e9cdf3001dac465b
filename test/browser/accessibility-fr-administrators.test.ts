import { isAdministrator, testAccessibility, smallScreen } from './accessibility.ts';

testAccessibility('fr', smallScreen, isAdministrator);

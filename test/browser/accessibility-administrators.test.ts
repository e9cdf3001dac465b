import { isAdministrator, mainViewports, testAccessibility } from './accessibility.ts';

testAccessibility('fr', mainViewports, isAdministrator);

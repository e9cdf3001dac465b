export { createErasure, type Erasure } from './erasure.ts';
export { createPersonalData, type PersonalDataFeature } from './personal-data.ts';

export { createErasure, type Erasure } from './erasure.ts';
export { createPersonalData, type PersonalDataAccess } from './personal-data.ts';

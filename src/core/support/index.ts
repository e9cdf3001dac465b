export { createOperators, type OperatorStep, operatorSteps } from './operators.ts';
export * as supportStore from './support.store.ts';
export type { TenantGrant } from './support.store.ts';
export { createSupport, type Support } from './support.ts';

import type { MoveFault, MoveFaultKind } from '../core/moving/index.ts';

const messages: Readonly<Record<MoveFaultKind, (about: string) => string>> = {
  unknownTenant: (id) => `There is no tenant ${id}`,
  operators: (name) => `${name} are this region's own operators: they stay where the portal is`,
  alreadyMoving: (name) => `${name} is moving already: "tenant move-cancel" lets its people in again`,
  notMoving: (name) => `${name} is not moving`,
  bundleWritten: (region) =>
    `The bundle was written, so ${region} may already have taken the tenant in. If you cancel the move, the tenant is then active in both regions. Have the operator there look for it with "tenant list" in ${region} first. If it is not there, delete the bundle and use --force --reason "…"`,
  sameRegion: (region) => `${region} is this region itself`,
  noAddress: (region) => `REGION_URLS names no address of ${region}: its people could not be led there`,
  recipient: () => 'The recipient is none such as age1…: "region key" prints it in the region that takes the tenant in',
  fileExists: (file) => `${file} is there already`,
  noFile: () => 'The file cannot be read',
  notForThisRegion: () => 'The file is no bundle, or was encrypted to another key than this region’s',
  damaged: () => 'The bundle is damaged, or was cut off',
  anotherForm: () => 'The file is no bundle of a form that this version knows',
  addressee: (region) => `The bundle is for another region, ${region}`,
  schema: (schema) => `The bundle comes from another version (${schema}): bring both regions to the same one`,
  signature: () => 'The bundle is not as it was signed',
  replayed: (name) => `The bundle of ${name} was taken in before`,
  tenantExists: (name) => `${name} is in this region already`,
  domainTaken: (domain) => `${domain} belongs to a tenant of this region`,
  domainElsewhere: (domain) => `${domain} is routed to a third region`,
  userTaken: (username) => `${username} is a user of this region already`,
  content: (about) => `The bundle holds what does not belong into it (${about})`,
  chain: () => 'The activity log in the bundle was changed, or lacks entries',
  notStored: (table) => `What was written does not read as it was sent (${table})`,
  noReceipt: (id) => `No tenant ${id} has moved to this region`,
  receiptForm: () => 'The file is no receipt',
  receiptSignature: () => 'The receipt is not as it was signed',
  receiptOfAnother: () => 'The receipt is for another move',
  receiptDiffers: (table) => `The receipt does not say what was sent (${table})`,
  notWritten: () => 'The bundle was never written to its end: "tenant move-cancel", then begin again',
  changedSince: (table) =>
    `Something was changed here since the bundle was written (${table}), and nothing was removed. By the receipt the tenant is in the other region: ask its operator before anything else. "tenant move-cancel --force" is right only if it is not there any more, or never was`,
};

/** @returns why a tenant is not moved, as one sentence */
export const moveErrorMessage = ({ kind, about }: MoveFault): string => messages[kind](about);

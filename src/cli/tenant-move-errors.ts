import type { MoveFault, MoveFaultKind } from '../core/moving/index.ts';

const messages: Readonly<Record<MoveFaultKind, (about: string) => string>> = {
  unknownTenant: (id) => `Tenant not found: ${id}`,
  operators: (name) => `${name} is the tenant of this region’s operators and cannot move`,
  alreadyMoving: (name) => `${name} is already moving; "tenant move-cancel" cancels the move`,
  notMoving: (name) => `${name} is not moving`,
  bundleWritten: (region) =>
    `The bundle was written, so ${region} may already have imported the tenant, and canceling would leave it active in both regions. Ask the operator of ${region} for a release ("tenant move-refuse") and use --release FILE. If you can't get one, make sure that "tenant list" there doesn't show the tenant, delete the bundle and use --force --reason "…"`,
  sameRegion: (region) => `${region} is this region`,
  noAddress: (region) => `REGION_URLS has no entry for ${region}, so the users could not be redirected there`,
  recipient: () => 'The recipient is not an age key (age1…); "region key" prints it in the destination region',
  fileExists: (file) => `${file} already exists`,
  noFile: () => 'The file cannot be read',
  notForThisRegion: () => 'The file is not a bundle, or it was encrypted for another region',
  damaged: () => 'The bundle is damaged or incomplete',
  anotherForm: () => 'The file is not a bundle in a format that this version supports',
  addressee: (region) => `The bundle is for another region: ${region}`,
  schema: (schema) =>
    `The bundle was written by another version (schema ${schema}); upgrade both regions to the same version`,
  signature: () => 'The signature of the bundle is invalid',
  refused: (name) =>
    `This region has refused the bundle of ${name} permanently. Cancel the move in the other region and start it again`,
  replayed: (name) => `The bundle of ${name} was already imported`,
  tenantExists: (name) => `${name} already exists in this region`,
  domainTaken: (domain) => `${domain} belongs to a tenant of this region`,
  domainElsewhere: (domain) => `The directory maps ${domain} to a third region`,
  userTaken: (username) => `${username} already exists in this region`,
  content: (about) => `The bundle contains invalid data (${about}); nothing was imported`,
  chain: () => 'The activity log in the bundle was changed or lacks entries',
  notStored: (table) => `The imported rows differ from the bundle (${table}); nothing was imported`,
  noReceipt: (id) => `No tenant with ID ${id} was imported into this region`,
  receiptForm: () => 'The file is not a receipt',
  receiptSignature: () => 'The signature of the receipt is invalid',
  receiptOfAnother: () => 'The receipt is for another move',
  receiptDiffers: (table) => `The receipt does not match the bundle (${table})`,
  moveFingerprint: (text) =>
    `${JSON.stringify(text)} is not the fingerprint of a move: eight groups of four hexadecimal digits, as "tenant moves" prints it`,
  alreadyImported: () =>
    'The bundle was already imported, so it cannot be refused. "tenant receipt ID" prints the receipt with which the other region finishes the move',
  releaseForm: () => 'The file is not a release',
  releaseSignature: () => 'The signature of the release is invalid',
  releaseOfAnother: (region) => `The release is not for this move, or not from ${region}`,
  notCanceled: (name) => `No move of ${name} was canceled, or another one has begun`,
  notImported: (name) => `${name} was not imported into this region`,
  movingOut: (name) => `${name} is moving out of this region; "tenant move-cancel" cancels the move`,
  cancellationForm: () => 'The file is not a cancellation',
  cancellationSignature: () => 'The signature of the cancellation is invalid',
  cancellationOfAnother: (region) => `The cancellation is not for the move of this tenant, or not from ${region}`,
  notWritten: () => 'The bundle is incomplete; run "tenant move-cancel" and start the move again',
  changedSince: (table) =>
    `Data changed here after the bundle was written (${table}), so nothing was deleted. According to the receipt the other region has imported the tenant: contact its operator first. Use "tenant move-cancel --force" only if the tenant does not exist there`,
};

/** @returns the error message of a failed move */
export const moveErrorMessage = ({ kind, about }: MoveFault): string => messages[kind](about);

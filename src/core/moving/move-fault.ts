/** Why a move failed. The operator's commands have a message for each kind. */
export type MoveFaultKind =
  | 'unknownTenant'
  | 'operators'
  | 'alreadyMoving'
  | 'notMoving'
  | 'bundleWritten'
  | 'sameRegion'
  | 'noAddress'
  | 'recipient'
  | 'fileExists'
  | 'noFile'
  | 'notForThisRegion'
  | 'damaged'
  | 'anotherForm'
  | 'addressee'
  | 'schema'
  | 'signature'
  | 'replayed'
  | 'tenantExists'
  | 'domainTaken'
  | 'domainElsewhere'
  | 'userTaken'
  | 'content'
  | 'chain'
  | 'notStored'
  | 'noReceipt'
  | 'receiptForm'
  | 'receiptSignature'
  | 'receiptOfAnother'
  | 'receiptDiffers'
  | 'notWritten'
  | 'refused'
  | 'alreadyImported'
  | 'moveFingerprint'
  | 'releaseForm'
  | 'releaseSignature'
  | 'releaseOfAnother'
  | 'notCanceled'
  | 'notImported'
  | 'movingOut'
  | 'cancellationForm'
  | 'cancellationSignature'
  | 'cancellationOfAnother'
  | 'changedSince';

export class MoveFault extends Error {
  readonly kind: MoveFaultKind;
  /** The subject of the fault, such as a domain, a user name or a table. */
  readonly about: string;

  constructor(kind: MoveFaultKind, about = '') {
    super(kind);
    this.kind = kind;
    this.about = about;
  }
}

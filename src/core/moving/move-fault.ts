/** Why a tenant is not moved. The operator's commands have a sentence for each. */
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
  | 'changedSince';

export class MoveFault extends Error {
  readonly kind: MoveFaultKind;
  /** What it is about: a domain, a user name, a table. */
  readonly about: string;

  constructor(kind: MoveFaultKind, about = '') {
    super(kind);
    this.kind = kind;
    this.about = about;
  }
}

export { type AddressedNotice, noticeSender, type WordNotice } from './send-notice.ts';

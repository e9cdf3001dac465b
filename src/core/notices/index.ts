export { type AddressedNotice, noticeSender, type RenderNotice } from './send-notice.ts';

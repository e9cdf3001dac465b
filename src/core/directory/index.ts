export * as directoryStore from './directory.store.ts';
export type { DirectoryRoute } from './directory.store.ts';
export {
  findChanges,
  findTakenDomains,
  importDirectory,
  type DirectoryChanges,
  type ReceivedDirectory,
} from './directory-import.ts';
export { isSignatureValid, signDirectory, signedDirectory } from './signed-directory.ts';

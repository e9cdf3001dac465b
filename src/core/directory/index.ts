export * as directoryStore from './directory.store.ts';
export type { DirectoryRoute } from './directory.store.ts';
export { isSignatureValid, signDirectory, signedDirectory } from './signed-directory.ts';

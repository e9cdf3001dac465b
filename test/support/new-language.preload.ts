// Loaded into a child process with NODE_OPTIONS=--import. Adds a language to the portal's source.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';

const before = "languages = ['en', 'fr', 'de']";
const after = "languages = ['en', 'fr', 'de', 'it']";

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/src/domain/regions.ts')) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    assert.ok(source.includes(before), 'the list of languages differs from what this test expects');
    return Object.assign(loaded, { source: source.replace(before, after) });
  },
});

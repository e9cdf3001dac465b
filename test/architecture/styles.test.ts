import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const { 'parvis.css': address = '' } = JSON.parse(readFileSync('build/manifest.json', 'utf8')) as Record<
  string,
  string
>;
const built = readFileSync(`build${address}`, 'utf8');
const read = (file: string): string => readFileSync(`public/styles/${file}`, 'utf8');

test('the built style sheet keeps logical properties, layers and the Tabler license', () => {
  assert.match(built, /^\/\*![^]*?Tabler[^]*?\*\/\n/);
  assert.match(built, /@layer tabler\{/);
  assert.match(built, /margin-inline/);
  assert.doesNotMatch(built, /:lang\(ae|:not\(:lang/, 'logical properties are not compiled to physical ones');
});

test('the built style sheet is minified', () => {
  assert.match(read('base.css'), /\n {2}[a-z-]+: /);
  assert.doesNotMatch(built.replace(/^\/\*![^]*?\*\//, ''), /\/\*|\n {2}|: \w|;\}/);
});

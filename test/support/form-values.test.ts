import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as cheerio from 'cheerio';
import { visibleText } from './form-values.ts';

describe('the visible text of a page', () => {
  for (const [label, html, text] of [
    ['contains the text of nested elements and their entities', '<p>a <b>b</b> &amp; c</p>', 'a b & c'],
    ['contains the options of a list', '<select><option>a</option><option>b</option></select>', 'ab'],
    ['lacks hidden elements and what they contain', 'a<div hidden><p>b</p></div>c', 'ac'],
    ['lacks scripts, styles and drawings', '<script>a</script><style>b</style><svg><title>c</title></svg>d', 'd'],
    ['lacks comments', 'a<!-- b -->c', 'ac'],
    ['lacks the head of the page', '<head><title>a</title></head><body>b</body>', 'b'],
  ] as const)
    it(label, () => {
      assert.equal(visibleText(cheerio.load(html)('body')), text);
    });
});

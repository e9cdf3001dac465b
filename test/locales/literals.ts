import { load } from 'cheerio';
import ts from 'typescript';
import type { Source } from './usage.ts';

const spokenAttributes = [
  'title',
  'alt',
  'placeholder',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'label',
];
const textNode = 3;
const letter = /\p{L}/u;

/** @returns the texts that are hard-coded in a view: as content, in an attribute or inside a template tag */
export function literalsInView({ path, text }: Source): string[] {
  const $ = load(text.replace(/<%[\s\S]*?%>/g, ' '), { sourceCodeLocationInfo: false });
  const found: string[] = [];
  const say = (where: string, words: string): void => {
    if (letter.test(words)) found.push(`${path} ${where}: ${words.replace(/\s+/g, ' ').trim()}`);
  };
  $('*')
    .not('script, style')
    .contents()
    .each((_index, node) => {
      if (node.nodeType === textNode && 'data' in node) say('text', node.data);
    });
  for (const attribute of spokenAttributes) {
    $(`[${attribute}]`).each((_index, element) => {
      say(attribute, $(element).attr(attribute) ?? '');
    });
  }
  $('button[value], input[type=submit], input[type=button], input[type=reset]')
    .not('button[name]')
    .each((_index, element) => {
      say('value', $(element).attr('value') ?? '');
    });
  $('meta[name=description], meta[property]').each((_index, element) => {
    say('meta', $(element).attr('content') ?? '');
  });
  for (const [, output = ''] of text.matchAll(/<%[=-]([\s\S]*?)%>/g)) {
    for (const { words } of sentencesIn(output)) say('tag', words);
    // Inside a template tag, report a single capitalized word too: `<%= on ? 'Yes' : 'No' %>`.
    for (const [, word = ''] of output.matchAll(/['"`](\p{Lu}\p{Ll}+)['"`]/gu)) say('tag', word);
  }
  return found;
}

/**
 * @returns the sentences and titles that are hard-coded in code: at least two words that start with a capital letter or
 * end like a sentence
 */
export function literalsInCode({ path, text }: Source): string[] {
  return sentencesIn(text).map(({ line, words }) => `${path}:${line} ${words}`);
}

function sentencesIn(text: string): { line: number; words: string }[] {
  const file = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: { line: number; words: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (isForDevelopers(node)) return;
    const words = wordsOf(node);
    if (words !== null && isSentence(words)) {
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1, words });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function wordsOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…');
}

function isSentence(words: string): boolean {
  // A comma-separated list of single words is meant for a machine, such as a header value.
  if (/^\S+(, \S+)*$/.test(words)) return false;
  // A first word in capital letters belongs to another language, such as SQL or HTTP.
  const title = /^(?!\p{Lu}{2,}[\s.])\p{Lu}[\p{L}’'-]*,?[ \u00a0](?:…,? )?\p{L}{2,}/u.test(words);
  const sentence = /^\p{L}[\p{L}’'-]*(?: [\p{L}’'…-]+,?){2,}[.!?]$/u.test(words);
  return title || sentence;
}

/** @returns whether users never see the text of a node: an error for developers, a log message, a type or an import */
function isForDevelopers(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isNewExpression(node)) return node.expression.getText().endsWith('Error');
  return ts.isCallExpression(node) && /(^|\.)(log|logger|console)\.\w+$|^assert\b/.test(node.expression.getText());
}

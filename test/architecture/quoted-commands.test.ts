import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { everyCommand } from '../contract/commands.ts';
import { assertNone } from '../support/assert-none.ts';

const commands = everyCommand();

/**
 * Matches commands quoted in documents: `npx --no-install parvis tenant list --json`, over several lines if they end
 * with a backslash.
 */
const quotesIn = (text: string): string[] =>
  [...text.replaceAll(/\\\n\s*/g, '').matchAll(/\bnpx (?:--no-install )?parvis ([^`'\n#|>]+)/g)].map(([, quote = '']) =>
    quote.trim(),
  );

/** @returns the command that a quote runs, by its first one or two words */
function commandOf(quote: string): Command | undefined {
  const [group = '', name = ''] = quote.split(/\s+/);
  return commands.get(`${group} ${name}`) ?? commands.get(group);
}

/** @returns the fault in a quote: a command or an option that does not exist; null if there is none */
function faultOf(quote: string): string | null {
  if (quote.startsWith('…') || quote.startsWith('--help')) return null;
  const command = commandOf(quote);
  if (command === undefined) return `no such command: ${quote}`;
  const known = command.options.map(({ long }) => long);
  const unknown = [...quote.matchAll(/(?<=\s)--[a-z-]+/g)]
    .map(([option]) => option)
    .filter((each) => !known.includes(each));
  return unknown.length === 0 ? null : `${unknown.join(' ')}: ${quote}`;
}

describe('commands quoted in documents', () => {
  const documents = globSync(['*.md', '{docs,bench,locales,migrations,public,.github}/**/*.md']);

  test('exist and have the quoted options', () => {
    const quotes = documents.flatMap((file) =>
      quotesIn(readFileSync(file, 'utf8')).map((quote) => ({ file, fault: faultOf(quote) })),
    );
    assert.ok(quotes.length > 40);
    assertNone(quotes.filter(({ fault }) => fault !== null).map(({ file, fault }) => `${file}: ${fault}`));
  });

  test('the check reports unknown commands', () => {
    const text =
      '`npx --no-install parvis tenant list --json`, `npx parvis tenant vanish ID`\nnpx parvis user add --tenant ID \\\n  --nmae N';
    assert.deepEqual(quotesIn(text).map(faultOf), [
      null,
      'no such command: tenant vanish ID',
      '--nmae: user add --tenant ID --nmae N',
    ]);
  });
});

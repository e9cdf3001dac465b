import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Place, PlaceKind } from './places.ts';
import type { Recorder } from './recorder.ts';
import type { RegionStores } from './stores.ts';
import type { Scenario } from './scenario.ts';

const textPlace = (kind: PlaceKind, name: string, texts: readonly string[], more: Partial<Place> = {}): Place => ({
  kind,
  name,
  content: Buffer.from(texts.join('\n'), kind === 'mails' ? 'latin1' : 'utf8'),
  items: texts.length,
  mayHoldDomains: false,
  showsSecrets: false,
  ...more,
});

/**
 * @returns a function that collects what a region has produced since the previous call: logs, responses, messages and
 * exports. Each snapshot is collected separately, because a move changes which tenants a region has.
 */
export function createOutputCollector(
  { region, answers, exports, planted }: Scenario,
  stores: RegionStores,
): () => Place[] {
  const seen = { output: 0, commands: 0, mails: 0 };
  const since = <T>(what: 'commands' | 'mails', all: readonly T[]): T[] => {
    const fresh = all.slice(seen[what]);
    seen[what] = all.length;
    return fresh;
  };
  return () => {
    const output = region.output();
    const log = output.slice(seen.output).split('\n');
    seen.output = output.length;
    // The set-up link is meant for the operator and is printed to standard output only once.
    const link = log.filter((line) => line.includes('/set-up/'));
    const put = planted.splice(0);
    const said = log.filter((line) => !link.includes(line));
    return [
      textPlace('log', 'standard output and log of the server', [...said, ...put]),
      textPlace('log', 'set-up link on standard output', link, { showsSecrets: true }),
      textPlace('answers', 'every response, with its headers', answers.splice(0), { showsSecrets: true }),
      ...exports.splice(0).map(({ name, text, ...more }) => textPlace('exports', name, [text], more)),
      ...since('commands', region.commands()).map(commandPlace),
      textPlace('commands', 'control sample', put),
      ...(stores.recorders.length === 0 ? [] : mailPlaces('as it was sent', since('mails', stores.mails()))),
      ...stores.recorders.map(wirePlace),
    ].filter(({ items }) => items > 0);
  };
}

function commandPlace({ name, text }: { name: string; text: string }): Place {
  const isDirectory = name.startsWith('route');
  return textPlace('commands', `output of "${name}"`, [text], {
    mayHoldDomains: isDirectory,
    showsSecrets: !isDirectory,
    mayHoldMoves: isDirectory || name.startsWith('tenant move'),
  });
}

function wirePlace(recorder: Recorder): Place {
  const { store, callers } = recorder;
  const isDatabase = store === 'PostgreSQL';
  const place = textPlace('sent to the stores', `every byte to and from ${store}`, []);
  return {
    ...place,
    mayHoldDomains: isDatabase,
    mayHoldMoves: isDatabase,
    content: recorder.take(),
    items: callers.length,
  };
}

// A one-time link may appear only in the message that delivers it, so each of these messages is a separate place.
function mailPlaces(how: string, mails: readonly string[]): Place[] {
  const bring = (mail: string): boolean => mail.includes('/link/');
  const others = mails.filter((mail) => !bring(mail));
  return [
    ...(others.length > 0 ? [textPlace('mails', `mails, ${how}`, others)] : []),
    ...mails
      .filter(bring)
      .map((mail) => textPlace('mails', `a mail with a one-time link, ${how}`, [mail], { holdsLink: true })),
  ];
}

// The files of an embedded database are in this folder too. They are searched as database files instead.
const databaseFile = /^parvis\.sqlite(-wal|-shm)?$/;

/** Reads a region's data folder, except the database: the outbox, and all other files together as one place. */
export function folderPlaces(folder: string): Place[] {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile() && !databaseFile.test(name));
  const contents = (some: readonly string[]): Buffer =>
    Buffer.concat(
      some.flatMap((name) => [Buffer.from(`${name}\n`), readFileSync(path.join(folder, name)), Buffer.from('\n')]),
    );
  const mails = files.filter((name) => name.startsWith('outbox'));
  const rest = files.filter((name) => !mails.includes(name));
  return [
    {
      kind: 'data folder',
      name: 'every other file of the data folder',
      content: contents(rest),
      items: rest.length,
      mayHoldDomains: false,
      showsSecrets: false,
    },
    ...mailPlaces(
      'in the outbox',
      mails.map((name) => `${name}\n${readFileSync(path.join(folder, name), 'latin1')}`),
    ),
  ];
}

/** @returns the raw messages in a region's outbox */
export function outboxOf(folder: string): string[] {
  const outbox = path.join(folder, 'outbox');
  if (!existsSync(outbox)) return [];
  return readdirSync(outbox).map((name) => readFileSync(path.join(outbox, name), 'latin1'));
}

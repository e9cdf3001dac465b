import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Place, PlaceKind } from './places.ts';
import type { RegionStores } from './stores.ts';
import type { Story } from './story.ts';

const textPlace = (kind: PlaceKind, name: string, texts: readonly string[], more: Partial<Place> = {}): Place => ({
  ...{ kind, name, content: Buffer.from(texts.join('\n')), items: texts.length },
  ...{ mayHoldDomains: false, showsSecrets: false, ...more },
});

/** @returns everything of a region but its stores: its folder, its log, its mails, what it answered and gave away */
export function textPlaces({ region, answers, exports, planted }: Story, { mails, recorders }: RegionStores): Place[] {
  const log = region.output().split('\n');
  // The set-up link is for whoever starts the region: it stands on standard output, once.
  const link = log.filter((line) => line.includes('/set-up/'));
  return [
    ...folderPlaces(region.folder),
    textPlace('log', 'standard output and log of the server', [
      ...log.filter((line) => !link.includes(line)),
      ...planted,
    ]),
    textPlace('log', 'set-up link on standard output', link, { showsSecrets: true }),
    textPlace('answers', 'every answer, with its headers', answers, { showsSecrets: true }),
    ...exports.map(({ name, text, mayHoldDomains = false, showsSecrets = false }) =>
      textPlace('exports', name, [text], { mayHoldDomains, showsSecrets }),
    ),
    ...region.commands().map(({ name, text }) => {
      const isDirectory = name.startsWith('route');
      return textPlace('commands', `output of "${name}"`, [text], {
        mayHoldDomains: isDirectory,
        showsSecrets: !isDirectory,
      });
    }),
    textPlace('commands', 'control sample', planted),
    ...(recorders.length === 0 ? [] : [textPlace('mails', 'mails as they were sent', mails())]),
    ...recorders.map(({ store, content, callers }) => ({
      ...textPlace('sent to the stores', `every byte to and from ${store}`, [], {
        mayHoldDomains: store === 'PostgreSQL',
      }),
      content: content(),
      items: callers.length,
    })),
  ];
}

// Where the database is the embedded one its file lies here too, and is looked at once: as such.
const databaseFile = /^parvis\.sqlite(-wal|-shm)?$/;

/** Every file of a region's data folder, whatever it is for. */
export function folderPlaces(folder: string): Place[] {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile() && !databaseFile.test(name));
  const contents = (some: readonly string[]): Buffer =>
    Buffer.concat(
      some.flatMap((name) => [Buffer.from(`${name}\n`), readFileSync(path.join(folder, name)), Buffer.from('\n')]),
    );
  const mails = files.filter((name) => name.startsWith('outbox'));
  const place = (kind: PlaceKind, name: string, some: readonly string[]): Place => ({
    ...{ kind, name, content: contents(some), items: some.length },
    ...{ mayHoldDomains: false, showsSecrets: false },
  });
  const rest = place(
    'data folder',
    'every other file of the data folder',
    files.filter((name) => !mails.includes(name)),
  );
  return mails.length === 0 ? [rest] : [rest, place('mails', 'outbox', mails)];
}

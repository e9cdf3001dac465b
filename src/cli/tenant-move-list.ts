import { print } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Database } from '../platform/database/database.ts';
import { movesStore } from '../core/moving/index.ts';

export const iso = (at: number): string => new Date(at).toISOString();

export async function listMoves(io: CommandIo, database: Database, options: JsonOption): Promise<void> {
  const moves = (await movesStore.list(database)).map((move) => ({
    tenantId: move.tenantId,
    domains: move.domains,
    direction: move.direction,
    region: move.region,
    status: move.state,
    passwords: move.passwords,
    began: iso(move.beganAt),
    ended: move.endedAt === null ? null : iso(move.endedAt),
  }));
  const line = ({ tenantId, direction, region, status, began, domains }: (typeof moves)[number]): string =>
    [tenantId, direction, region, status, began, domains.join(' ')].join('  ');
  print(io, options, { moves }, moves.map(line));
  return Promise.resolve();
}

export interface JsonOption {
  readonly json?: boolean;
}

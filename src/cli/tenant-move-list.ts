import { print } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Database } from '../platform/database/database.ts';
import { decisionsStore, moveFingerprint, movesStore } from '../core/moving/index.ts';

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
    moveFingerprint: moveFingerprint(move.id),
  }));
  const refused = (await decisionsStore.listRefused(database)).map(({ move, decidedAt }) => ({
    moveFingerprint: move,
    refused: iso(decidedAt),
  }));
  print(io, options, { moves, refused }, [
    ...moves.map((move) =>
      [
        move.tenantId,
        move.direction,
        move.region,
        move.status,
        move.began,
        move.domains.join(' '),
        move.moveFingerprint,
      ].join('  '),
    ),
    ...refused.map((bundle) => ['bundle', 'refused', bundle.refused, bundle.moveFingerprint].join('  ')),
  ]);
}

export interface JsonOption {
  readonly json?: boolean;
}

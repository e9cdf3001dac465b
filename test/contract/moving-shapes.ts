import { writeFileSync } from 'node:fs';

export interface ShapeOptions {
  readonly in?: Readonly<Record<string, string>>;
  readonly code?: number;
  readonly variant?: string;
}

type Shape = <T = unknown>(command: string, args?: readonly string[], options?: ShapeOptions) => Promise<T>;

interface Moving {
  readonly tenant: string;
  readonly there: Readonly<Record<string, string>>;
  /** Returns the path of a file with this name. */
  readonly file: (name: string) => string;
}

/** Runs every command that moves a tenant, cancels a move, or undoes it. @param shape records the output of a command */
export async function moveTenant(shape: Shape, { tenant, there, file }: Moving): Promise<void> {
  const { recipient, fingerprint } = await shape<{ recipient: string; fingerprint: string }>('region key', [], {
    in: there,
  });
  const out = ['--to', 'germany', '--recipient', recipient, '--passwords', 'reset', '--file'];
  const keyOfGermany = ['--accept-key', fingerprint];
  await shape('tenant move-out', [tenant, ...out, file('canceled.age'), '--dry-run'], { variant: 'a dry run' });
  await shape('tenant move-out', [tenant, ...out, file('canceled.age'), '--yes']);
  await shape('tenant move-cancel', [tenant], { code: 1, variant: 'a fault' });
  const { release } = await shape<{ release: object }>('tenant move-refuse', [file('canceled.age'), '--yes'], {
    in: there,
  });
  writeFileSync(file('release.json'), JSON.stringify(release));
  const released = ['--release', file('release.json'), ...keyOfGermany, '--yes'];
  await shape('tenant move-cancel', [tenant, ...released], { variant: 'a release' });
  await shape('tenant move-out', [tenant, ...out, file('undone.age'), '--yes']);
  await shape('tenant move-in', [file('undone.age')], { in: there });
  await shape('tenant move-cancel', [tenant, '--force', '--reason', 'the bundle was lost', '--yes']);
  writeFileSync(file('cancellation.json'), JSON.stringify(await shape('tenant cancellation', [tenant])));
  await shape('tenant move-undo', [tenant, '--cancellation', file('cancellation.json'), '--yes'], { in: there });
  await shape('tenant move-out', [tenant, ...out, file('bundle.age'), '--yes']);
  await shape('tenant moves', [], { variant: 'under way' });
  await shape('tenant move-in', [file('bundle.age')], { in: there });
  const receipt = await shape('tenant receipt', [tenant], { in: there });
  writeFileSync(file('receipt.json'), JSON.stringify(receipt));
  await shape('tenant move-done', [tenant, '--receipt', file('receipt.json'), '--yes']);
  await shape('tenant moves');
}

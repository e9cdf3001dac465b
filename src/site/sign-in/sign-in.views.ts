import type { HandoverMode, Placement } from '../../domain/regions.ts';
import type { Arrival } from '../http/arrival.ts';

/** What a user can do who has forgotten the password. */
interface Forgotten {
  readonly reset: Placement;
  readonly handOver: HandoverMode;
}

export interface PasswordPage extends Forgotten {
  readonly username: string;
  /** Key of the hint. */
  readonly hint: string;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'sessions/arrival': Arrival;
    'sessions/forgotten': Forgotten;
    'sessions/password': PasswordPage;
    'sessions/sign-in': { readonly username: string; readonly arrival: Arrival | null };
  }
}

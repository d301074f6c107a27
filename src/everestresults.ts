import type { IStateDB } from '@jupyterlab/statedb';

import { Kept } from './kept';
import type { ISweepDraft } from './sweepdraft';
import { draftOf } from './sweepdraft';

/** Where the results of a sweep were unpacked. */
export interface IUnpacked {
  readonly folder: string;
  /** Name of the CSV file in it. */
  readonly table: string;
}

/** Where results were unpacked, by the key of their job. */
export function keptResults(state: IStateDB | null): Kept<IUnpacked> {
  return new Kept(state, 'jupyterlab-remote:everest-results', kept => {
    const { folder, table } = (kept ?? {}) as Partial<IUnpacked>;
    return typeof folder === 'string' && typeof table === 'string'
      ? { folder, table }
      : null;
  });
}

/** What stood in the form of sweeps that were submitted, by the key of their job. */
export function keptSweeps(state: IStateDB | null): Kept<ISweepDraft> {
  return new Kept(state, 'jupyterlab-remote:everest-sweeps', kept =>
    kept === undefined ? null : draftOf(kept)
  );
}

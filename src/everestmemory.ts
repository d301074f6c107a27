import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { EMPTY_DRAFT } from './everestports';
import type { IAppDraft } from './everestports';
import { withoutSecrets } from './everestsecrets';
import type { IEverestApp } from './tokens';

const KEY = 'jupyterlab-remote:everest-apps';

/** So many applications are remembered. */
const KEPT = 50;

type Kept = readonly (readonly [app: string, draft: IAppDraft])[];

/** What was last submitted to each application; never a secret. */
export class EverestMemory {
  constructor(private readonly _state: IStateDB | null) {
    this._reading = this._read();
  }

  /** What last stood in the form; an application asks the same everywhere. */
  async of(app: IEverestApp): Promise<IAppDraft> {
    await this._reading;
    const known = this._kept.find(([name]) => name === nameOf(app));
    return { ...EMPTY_DRAFT, ...known?.[1] };
  }

  async keep(app: IEverestApp, draft: IAppDraft): Promise<void> {
    await this._reading;
    // A file on the server may be gone by then.
    const files = Object.entries(draft.files).map(
      ([name, all]) => [name, all.filter(file => 'path' in file)] as const
    );
    const kept = {
      ...withoutSecrets(app, draft),
      name: '',
      files: Object.fromEntries(files)
    };
    const others = this._kept.filter(([name]) => name !== nameOf(app));
    this._kept = [[nameOf(app), kept] as const, ...others].slice(0, KEPT);
    const apps = JSON.parse(
      JSON.stringify({ apps: this._kept })
    ) as ReadonlyJSONObject;
    // A job that is submitted stays so when this cannot be written.
    await this._state?.save(KEY, apps).catch(() => undefined);
  }

  private async _read(): Promise<void> {
    const kept = await this._state?.fetch(KEY).catch(() => undefined);
    const { apps } = (kept ?? {}) as { apps?: Kept };
    this._kept = Array.isArray(apps) ? apps : [];
  }

  private _kept: Kept = [];
  private readonly _reading: Promise<void>;
}

function nameOf({ alias, id }: IEverestApp): string {
  return alias || id;
}

import { VDomModel } from '@jupyterlab/ui-components';

import type { EverestClient } from './everestclient';
import type { IEverestJob, IEverestRequest } from './everestjob';
import { againOf, hasOutputs, isSweep, requestOf } from './everestjob';
import { follow } from './everesttransfer';
import type { IUnpacked } from './everestresults';
import type { DetailsModel } from './jobdetails';
import type { Kept } from './kept';
import { wordsOf } from './submitdraft';
import type { ISweepResults } from './sweeptable';
import type { IEverestOutput, ITransfer } from './tokens';

/** What is asked of the server about one job's outputs. */
type Client = Pick<
  EverestClient,
  'outputs' | 'fetch' | 'unpack' | 'transfer' | 'endTransfer'
>;

export interface IEverestJobOptions {
  readonly client: Client;
  readonly details: DetailsModel;
  readonly job: IEverestJob;
  /** Where results were unpacked. */
  readonly memory: Kept<IUnpacked>;
  /** Something new is in a folder of the file browser. */
  readonly arrived: () => void;
}

/** Something of the job that is on its way to a folder. */
export interface IGoing {
  readonly kind: 'fetch' | 'unpack';
  /** Name of what it is; empty: all outputs. */
  readonly name: string;
  /** Where it goes, as in the file browser. */
  readonly folder: string;
  /** As it was last seen. */
  readonly now: ITransfer;
  /** Whether its end was asked for. */
  readonly ending: boolean;
}

/** Inputs and outputs of one job of Everest, and what is done with them. */
export class EverestJobModel extends VDomModel {
  constructor(private readonly _options: IEverestJobOptions) {
    super();
    const { details, memory } = _options;
    details.stateChanged.connect(this._onDetails, this);
    void memory.of(details.key).then(unpacked => {
      this.unpacked ??= unpacked;
      this.stateChanged.emit();
    });
    this._onDetails();
  }

  /** Null: not known yet. */
  outputs: readonly IEverestOutput[] | null = null;
  loading = false;
  /** Why the outputs are not known. */
  problem = '';
  /** The transfer that was begun last. */
  going: IGoing | null = null;
  /** Why the last one could not be begun. */
  refusal = '';
  /** Paths of the files that the last download stored. */
  stored: readonly string[] = [];
  results: ISweepResults | null = null;
  /** Where the results were unpacked last, also before a reload. */
  unpacked: IUnpacked | null = null;

  get request(): IEverestRequest | null {
    return requestOf(this._options.details.details);
  }

  /** The request as a form is filled in with it. */
  get again(): IEverestRequest | null {
    return againOf(this._options.details.details);
  }

  /** Name of the job. */
  get name(): string {
    return this._options.details.job?.name ?? '';
  }

  /** Whether there are, or may be, outputs now. */
  get some(): boolean {
    const { job, details } = this._options.details;
    return hasOutputs(job, details);
  }

  get sweep(): boolean {
    return isSweep(this.request, this.outputs ?? []);
  }

  /** Whether something is on its way. */
  get busy(): boolean {
    return this._beginning || this.going?.now.state === 'running';
  }

  /** Ask for the outputs again. */
  async load(): Promise<void> {
    const { client, job } = this._options;
    this.loading = true;
    this.stateChanged.emit();
    try {
      this.outputs = await client.outputs(job.server, job.id);
      this.problem = '';
    } catch (error) {
      this.problem = wordsOf(error);
    }
    this.loading = false;
    this.stateChanged.emit();
  }

  /** Store outputs (all, when none is named) in a folder. */
  async fetch(folder: string, output?: IEverestOutput): Promise<void> {
    const { client, job } = this._options;
    const { server, id } = job;
    const names = output ? [output.name] : [];
    const name = output?.file ?? '';
    await this._begin({ kind: 'fetch', name, folder }, async () => {
      const begun = client.fetch(server, id, folder, names);
      return [await begun, this._onFetched] as const;
    });
  }

  /** Put the results of the sweep into a new folder below this one. */
  async unpack(folder: string, output: string): Promise<void> {
    const { client, job } = this._options;
    await this._begin({ kind: 'unpack', name: '', folder }, async () => {
      const begun = client.unpack(job.server, job.id, folder, output);
      return [
        (await begun) as ITransfer<ISweepResults>,
        this._onUnpacked
      ] as const;
    });
  }

  /** End what is on its way. */
  end(): void {
    this._end.abort();
    this._tell({ ending: true });
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._options.details.stateChanged.disconnect(this._onDetails, this);
      super.dispose();
    }
  }

  private async _begin<R>(
    about: Pick<IGoing, 'kind' | 'name' | 'folder'>,
    ask: () => Promise<readonly [ITransfer<R>, (result: R) => void]>
  ): Promise<void> {
    if (this.busy) {
      return;
    }
    [this._beginning, this.refusal, this.stored] = [true, '', []];
    this.going = null;
    this.stateChanged.emit();
    try {
      const [now, take] = await ask();
      this._end = new AbortController();
      this.going = { ...about, now, ending: false };
      void this._follow(now, take);
    } catch (error) {
      this.refusal = wordsOf(error);
    }
    this._beginning = false;
    this.stateChanged.emit();
  }

  /** Until it has ended; it goes on when nobody looks any more. */
  private async _follow<R>(
    begun: ITransfer<R>,
    take: (result: R) => void
  ): Promise<void> {
    const { client } = this._options;
    const { signal } = this._end;
    const told = (now: ITransfer<R>) => {
      this._tell({ now });
    };
    try {
      take(await follow(begun, { client, told, signal }));
    } catch (error) {
      const now = this.going?.now ?? begun;
      if (now.state === 'running') {
        this._tell({ now: { ...now, state: 'failed', error: wordsOf(error) } });
      }
    }
    this.stateChanged.emit();
  }

  private _tell(change: Partial<IGoing>): void {
    this.going = this.going && { ...this.going, ...change };
    this.stateChanged.emit();
  }

  private readonly _onFetched = (paths: readonly string[]): void => {
    this.stored = paths;
    this._options.arrived();
  };

  private readonly _onUnpacked = (results: ISweepResults): void => {
    const { details, memory, arrived } = this._options;
    this.results = results;
    this.unpacked = results;
    const { folder, table } = results;
    void memory.keep(details.key, { folder, table });
    arrived();
  };

  /** The outputs are asked for as often as the details are read. */
  private readonly _onDetails = (): void => {
    const { read } = this._options.details;
    if (this.some && read > 0 && read !== this._read) {
      this._read = read;
      void this.load();
    } else {
      this.stateChanged.emit();
    }
  };

  private _end = new AbortController();
  private _beginning = false;
  private _read = 0;
}

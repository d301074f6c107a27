import type { TranslationBundle } from '@jupyterlab/translation';
import { ServerConnection } from '@jupyterlab/services';
import { VDomModel } from '@jupyterlab/ui-components';
import { Throttler } from '@lumino/polling';

import { durationText, sizeIn, sizeUnit } from './durations';
import type { JobDesk } from './jobdesk';
import { fromKey, keyOf } from './jobstore';
import { clock } from './jobview';
import { wordsOf } from './submitdraft';
import type { IJob, IJobDetails, IRemoteJobs } from './tokens';

/** A backend is asked about one job at most this often, in ms. */
const LIMIT = 3_000;

/** One job in full, as it was last known. */
export class DetailsModel extends VDomModel {
  constructor(
    readonly jobs: IRemoteJobs,
    readonly key: string,
    private readonly _desk: Pick<JobDesk, 'get'>
  ) {
    super();
    this._ask = new Throttler(() => this._load(), { limit: LIMIT });
    jobs.open();
    void jobs.ready.then(() => {
      if (!this.isDisposed) {
        this._listed = jobs.get(key) !== undefined;
        this.left = this._listed;
        this.job = _desk.get(key) ?? null;
        this._array = this._arrayNow();
        jobs.changed.connect(this._onJobs, this);
        this.refresh();
      }
    });
  }

  /** The record, as it was last in the list. */
  job: IJob | null = null;
  details: IJobDetails | null = null;
  loading = true;
  /** Why it could not be asked for, in the backend's words. */
  problem = '';
  /** When the details were read, in ms; 0: never. */
  read = 0;
  /** When it was found to be no longer known, in ms; 0: it is. */
  gone = 0;
  /** Whether it was known while this looked at it: then it left if it is gone. */
  left = false;

  get backend(): string {
    return fromKey(this.key).backend;
  }

  /** Whether the backend tells more than the list. */
  get tells(): boolean {
    const backend = this.jobs.backends.get(this.backend);
    return backend?.can.includes('details') ?? false;
  }

  refresh(): void {
    this.loading = true;
    this.stateChanged.emit();
    void this._ask.invoke();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.jobs.changed.disconnect(this._onJobs, this);
      this._ask.dispose();
      super.dispose();
    }
  }

  private async _load(): Promise<void> {
    try {
      if (this.tells) {
        const { job, details } = await this.jobs.details(this.key);
        this._take(job);
        this.details = details;
        this.read = Date.now();
      }
      this.problem = '';
    } catch (error) {
      this.problem = wordsOf(error);
      if (isMissing(error)) {
        this._take(null);
      }
    }
    this.loading = false;
    this.stateChanged.emit();
  }

  /** Tasks of arrays are not in the list, but the backend knows them. */
  private _take(answered: IJob | null): void {
    const known = this.jobs.get(this.key) ?? answered;
    this.job = known ?? this.job ?? this._desk.get(this.key) ?? null;
    this.gone = known ? 0 : this.gone || Date.now();
    this.left ||= known !== null;
    this._array = this._arrayNow();
  }

  private _arrayNow(): IJob | undefined {
    const { backend, array = '' } = this.job ?? { backend: '' };
    return array ? this.jobs.get(keyOf({ backend, job_id: array })) : undefined;
  }

  private readonly _onJobs = (): void => {
    const job = this.jobs.get(this.key);
    const array = this._arrayNow();
    if (job && job !== this.job) {
      this.job = job;
      this.gone = 0;
      this.left = true;
      this.refresh();
    } else if (!job && this._listed) {
      this.gone ||= Date.now();
      this.refresh();
    } else if (!job && array !== this._array) {
      this.refresh();
    }
    this._listed = job !== undefined;
    this._array = array;
  };

  private _array: IJob | undefined;
  /** Whether the list had it when it was last looked at. */
  private _listed = false;
  private readonly _ask: Throttler;
}

/** Whether the server says that there is no such job. */
function isMissing(error: unknown): boolean {
  const { ResponseError } = ServerConnection;
  return error instanceof ResponseError && error.response.status === 404;
}

/** What was used of what was asked for. */
export interface IMeter {
  readonly name: 'cpu' | 'memory' | 'time';
  readonly label: string;
  /** 0 to 1, or more; null: not known. */
  readonly part: number | null;
  /** "38 % of 8 cores". */
  readonly words: string;
}

/** CPU, memory and time, as far as something is known of them. */
export function meters(
  { asked, used, efficiency }: IJobDetails,
  trans: TranslationBundle
): readonly IMeter[] {
  const part = (
    name: IMeter['name'],
    of: number | undefined,
    all: number | undefined
  ) =>
    efficiency[name] ??
    (of !== undefined && all ? Math.max(0, of / all) : null);
  const cpu = efficiency.cpu ?? null;
  const memory = part('memory', used.memory, asked.memory);
  const time = part('time', used.time, asked.time);
  const all: readonly IMeter[] = [
    {
      name: 'cpu',
      label: trans.__('CPU'),
      part: cpu,
      words: cpuWords(cpu, asked.cpus, trans)
    },
    {
      name: 'memory',
      label: trans.__('Memory'),
      part: memory,
      words: memoryWords(used.memory, asked.memory, trans)
    },
    {
      name: 'time',
      label: trans.__('Time'),
      part: time,
      words: timeWords(used.time, asked.time, trans)
    }
  ];
  return all.filter(({ words }) => words !== '');
}

function cpuWords(
  part: number | null,
  cpus: number | undefined,
  trans: TranslationBundle
): string {
  const cores = cpus ? trans._n('%1 core', '%1 cores', cpus) : '';
  const percent = part === null ? '' : trans.__('%1 %', Math.round(part * 100));
  return percent && cores
    ? trans.__('%1 of %2', percent, cores)
    : percent || cores;
}

function memoryWords(
  used: number | undefined,
  asked: number | undefined,
  trans: TranslationBundle
): string {
  const unit = sizeUnit(asked ?? used ?? 0);
  const size = (count: number) => sizeIn(count, unit);
  if (used === undefined) {
    return asked === undefined ? '' : trans.__('%1 %2', size(asked), unit);
  }
  return asked === undefined
    ? trans.__('%1 %2 at most', size(used), unit)
    : trans.__('%1 of %2 %3', size(used), size(asked), unit);
}

function timeWords(
  used: number | undefined,
  asked: number | undefined,
  trans: TranslationBundle
): string {
  const of = used === undefined ? '' : clock(used, trans);
  const all = asked === undefined ? '' : durationText(asked);
  return of && all ? trans.__('%1 of %2', of, all) : of || all;
}

/** Rows in whose name or value all words occur. */
export function matchingRows(
  rows: Readonly<Record<string, string>>,
  wanted: string
): readonly (readonly [name: string, value: string])[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return Object.entries(rows).filter(([name, value]) => {
    const text = `${name} ${value}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}

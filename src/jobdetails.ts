import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';
import { Throttler } from '@lumino/polling';

import { durationText, sizeIn, sizeUnit } from './durations';
import { fromKey } from './jobstore';
import { clock } from './jobview';
import { wordsOf } from './submitdraft';
import type { IJob, IJobDetails, IRemoteJobs } from './tokens';

/** A backend is asked about one job at most this often, in ms. */
const LIMIT = 3_000;

/** One job in full, as it was last known. */
export class DetailsModel extends VDomModel {
  constructor(
    readonly jobs: IRemoteJobs,
    readonly key: string
  ) {
    super();
    this._ask = new Throttler(() => this._load(), { limit: LIMIT });
    jobs.open();
    void jobs.ready.then(() => {
      if (!this.isDisposed) {
        this.job = jobs.get(key) ?? null;
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
  /** When it was found to be no longer in the list, in ms; 0: it is there. */
  gone = 0;

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
        this.job = this.jobs.get(this.key) ?? job ?? this.job;
        this.details = details;
        this.read = Date.now();
      }
      this.problem = '';
    } catch (error) {
      this.problem = wordsOf(error);
    }
    this.loading = false;
    this.stateChanged.emit();
  }

  private readonly _onJobs = (): void => {
    const job = this.jobs.get(this.key);
    if (job && job !== this.job) {
      this.job = job;
      this.gone = 0;
      this.refresh();
    } else if (!job && this.job && !this.gone) {
      this.gone = Date.now();
      this.refresh();
    }
  };

  private readonly _ask: Throttler;
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

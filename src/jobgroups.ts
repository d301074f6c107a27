import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { ENDED } from './format';
import type { IOrder } from './joborder';
import { sorted } from './joborder';
import { keyOf } from './jobstore';
import type { IJob, State } from './tokens';

/** Time between two requests for the members of one array, in ms. */
const PAUSE = 2_000;

/** When what was done to a member should be seen in its state, in ms. */
const LATER = 5_000;

/** Whether the record stands for a whole array or cluster. */
export function isGroup(job: IJob): boolean {
  return job.array !== '' && job.array === job.job_id;
}

/** How far an array is. */
export interface IShare {
  readonly tasks: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
}

/** How far an array is; null when nothing is known about its tasks. */
export function shareOf({ counts, tasks }: IJob): IShare | null {
  if (!counts) {
    return null;
  }
  const sum = (states: Iterable<State>) =>
    [...states].reduce((all, state) => all + (counts[state] ?? 0), 0);
  const known = Object.values(counts).reduce((all, count) => all + count, 0);
  return {
    tasks: Math.max(tasks, known),
    done: sum(ENDED),
    failed: sum(['failed', 'lost']),
    running: sum(['running', 'starting', 'stopping'])
  };
}

/** What is known of the members of an array that is open in the list. */
export interface IMembers {
  readonly jobs: readonly IJob[];
  readonly loading: boolean;
  /** Why they cannot be shown, in the server's words. */
  readonly problem: string;
}

/** A row of the list: a job, a member of an array, or a word about them. */
export interface IRow {
  readonly key: string;
  readonly job: IJob;
  /** Key of the array that the row is a part of. */
  readonly parent: string;
  /** Whether the array is open; undefined when the row is none. */
  readonly open?: boolean;
  /** What stands there instead of a member. */
  readonly note?: IMembers;
}

/** The list as rows: below an open array its members, those that match first. */
export function rowsOf(
  groups: Pick<Groups, 'members'>,
  shown: readonly IJob[],
  order: IOrder,
  matching: (jobs: readonly IJob[]) => readonly IJob[]
): readonly IRow[] {
  return shown.flatMap(job => {
    const key = keyOf(job);
    if (!isGroup(job)) {
      return [{ key, job, parent: '' }];
    }
    const members = groups.members(key);
    const row = { key, job, parent: '', open: members !== undefined };
    if (!members) {
      return [row];
    }
    const found = matching(members.jobs);
    const those = sorted(
      found.length > 0 ? found : members.jobs,
      order,
      undefined,
      true
    );
    const rows = those.map(each => ({
      key: keyOf(each),
      job: each,
      parent: key
    }));
    return rows.length > 0
      ? [row, ...rows]
      : [row, { key: `${key}?`, job, parent: key, note: members }];
  });
}

interface IOpen {
  /** What the array's record said when its members were asked for. */
  said: string;
  asked: number;
  members: IMembers;
  /** The members are on their way, or will be asked for. */
  busy: boolean;
  /** Something changed since they were asked for. */
  stale: boolean;
  timer?: number;
  later?: number;
}

/** Members of the arrays that are open; asked again when an array changed. */
export class Groups {
  constructor(
    private readonly _ask: (key: string) => Promise<readonly IJob[]>
  ) {}

  /** Emitted when there is something else to show. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The members of all arrays that are open. */
  get all(): readonly IJob[] {
    return [...this._open.values()].flatMap(({ members }) => members.jobs);
  }

  members(key: string): IMembers | undefined {
    return this._open.get(key)?.members;
  }

  open(group: IJob): void {
    const key = keyOf(group);
    if (!this._open.has(key)) {
      const members = { jobs: [], loading: true, problem: '' };
      const said = JSON.stringify(group);
      const open = { said, asked: 0, members, busy: false, stale: false };
      this._open.set(key, open);
      void this._fetch(key, open);
      this._changed.emit();
    }
  }

  close(key: string): void {
    window.clearTimeout(this._open.get(key)?.timer);
    window.clearTimeout(this._open.get(key)?.later);
    if (this._open.delete(key)) {
      this._changed.emit();
    }
  }

  /** Something was done to members: the record of the array may not show it. */
  again(keys: Iterable<string>): void {
    for (const key of keys) {
      const open = this._open.get(key);
      if (open) {
        void this._fetch(key, open);
        window.clearTimeout(open.later);
        open.later = window.setTimeout(() => {
          void this._fetch(key, open);
        }, LATER);
      }
    }
  }

  /** Take the records as they are now; an array that is gone is closed. */
  update(get: (key: string) => IJob | undefined): void {
    for (const [key, open] of this._open) {
      const group = get(key);
      if (!group) {
        this.close(key);
        continue;
      }
      const said = JSON.stringify(group);
      if (said !== open.said) {
        open.said = said;
        void this._fetch(key, open);
      }
    }
  }

  dispose(): void {
    [...this._open.keys()].forEach(key => {
      this.close(key);
    });
    Signal.clearData(this);
  }

  /** Ask now, or when the last time is long enough ago. */
  private async _fetch(key: string, open: IOpen): Promise<void> {
    if (open.busy) {
      open.stale = true;
      return;
    }
    open.busy = true;
    const wait = Math.max(0, open.asked + PAUSE - Date.now());
    await new Promise<void>(resolve => {
      open.timer = window.setTimeout(resolve, wait);
    });
    open.asked = Date.now();
    open.stale = false;
    try {
      const jobs = await this._ask(key);
      open.members = { jobs, loading: false, problem: '' };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      open.members = { ...open.members, loading: false, problem };
    }
    open.busy = false;
    const there = this._open.get(key);
    if (there === open) {
      this._changed.emit();
      if (there.stale) {
        void this._fetch(key, open);
      }
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _open = new Map<string, IOpen>();
}

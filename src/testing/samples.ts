import type { ITable } from '../jobtable';
import type { ISessionEvent } from '../store';
import type { IAppInfo, IJob, ISession, IShare } from '../tokens';

/** A running desktop, with changes. */
export function sample(changes: Partial<ISession> = {}): ISession {
  return {
    id: 'a',
    name: 'Desktop 1',
    app: 'desktop',
    backend: 'local',
    state: 'running',
    revision: 1,
    time: '2026-11-21T10:15:00.000Z',
    created: '2026-11-21T10:00:00.000Z',
    options: {},
    started: '2026-11-21T10:00:03.000Z',
    ended: null,
    seen: null,
    reason: '',
    exit_code: null,
    signal: null,
    memory: null,
    clients: 0,
    activity: null,
    spare: false,
    ...changes
  };
}

/** A running job, with changes. */
export function job(changes: Partial<IJob> = {}): IJob {
  return {
    backend: 'slurm',
    job_id: '17',
    name: 'fit',
    state: 'running',
    word: 'RUNNING',
    reason: '',
    exit_code: null,
    signal: null,
    submitted: '2026-11-21T10:00:00.000Z',
    started: '2026-11-21T10:00:03.000Z',
    ended: null,
    starts: null,
    memory: null,
    user: 'ada',
    partition: 'short',
    account: '',
    qos: '',
    nodes: 'n1',
    cpus: 1,
    time_limit: 3600,
    tasks: 1,
    array: '',
    counts: null,
    well: null,
    held: false,
    tag: '',
    line: null,
    folder: '/home/ada',
    session: '',
    ...changes
  };
}

/** Jobs as the server sends them. */
export function toTable(jobs: readonly IJob[]): ITable {
  const fields = jobs[0] ? Object.keys(jobs[0]) : [];
  const each = (field: string) => ({
    each: jobs.map(one => one[field as keyof IJob])
  });
  return {
    count: jobs.length,
    columns: Object.fromEntries(fields.map(field => [field, each(field)]))
  };
}

const TITLE = 'Desktop';

/** The app of the sample, with changes. */
export function appInfo(changes: Partial<IAppInfo> = {}): IAppInfo {
  return {
    name: 'desktop',
    title: TITLE,
    caption: TITLE,
    icon: '',
    opens: 'tab',
    launcher: true,
    reason: '',
    options: {},
    ...changes
  };
}

/** An event of the sample. */
export function event(
  sequence: number,
  changes: Partial<ISessionEvent> = {}
): ISessionEvent {
  return { ...sample(changes), purged: false, ...changes, sequence };
}

/** A little server: a list, its number, and what it would have emitted. */
export class ListServer {
  readonly sessions = new Map<string, ISession>();
  sequence = 100;

  /** One random change; answers its event. */
  step(random: () => number): ISessionEvent {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const id = ids[Math.floor(random() * ids.length)] ?? 'a';
    const known = this.sessions.get(id);
    this.sequence += 1;
    if (known && random() < 0.2) {
      this.sessions.delete(id);
      return event(this.sequence, { ...known, purged: true });
    }
    const revision = (known?.revision ?? 0) + 1;
    const next = sample({ ...known, id, revision, name: `${id}${revision}` });
    this.sessions.set(id, next);
    return event(this.sequence, next);
  }

  list(): { sessions: ISession[]; sequence: number } {
    return { sessions: [...this.sessions.values()], sequence: this.sequence };
  }
}

/** Repeatable numbers in [0, 1): a linear congruential generator. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** An active share, with changes. */
export function share(changes: Partial<IShare> = {}): IShare {
  return {
    id: 's1',
    path: 'work/fit.ipynb',
    name: 'fit.ipynb',
    link: '/jupyter-remote/shared/secret',
    mode: 'local',
    state: 'active',
    created: '2026-11-21T10:00:00.000Z',
    expires: '2026-11-22T10:00:00.000Z',
    once: false,
    users: [],
    follow: true,
    outputs: true,
    options: {},
    size: 2_000,
    revision: 1,
    updated: '2026-11-21T10:00:00.000Z',
    uses: 0,
    last_used: null,
    changed: false,
    problem: '',
    time: '2026-11-21T10:00:00.000Z',
    ...changes
  };
}

import type { Page } from '@playwright/test';

/** Requests for the list of jobs. */
const JOBS = /\/jupyter-remote\/jobs(?:\?|$)/;

/** What the stand-in says of its only backend, and the list. */
export interface IFed {
  silent: string;
  can: string[];
  jobs: object[];
  /** Where Lab's file browser has its top. */
  roots: string[];
}

/** Let the server list these jobs, as its answer says at that time. */
export async function feed(page: Page, jobs: object[]): Promise<IFed> {
  const seen = new Date(Date.now() - 180_000).toISOString();
  const can = ['cancel', 'hold', 'release'];
  const fed: IFed = { silent: '', can, jobs, roots: [] };
  const sequence = Number.MAX_SAFE_INTEGER;
  const backends = () => ({
    slurm: { seen, silent: fed.silent, can: fed.can }
  });
  await page.route(JOBS, route =>
    route.fulfill({
      json: {
        jobs: table(fed.jobs),
        sequence,
        backends: backends(),
        trend: trend(),
        roots: fed.roots
      }
    })
  );
  await page.route(/\/jupyter-remote\/jobs\/look/, route =>
    route.fulfill({ json: { sequence, backends: backends() } })
  );
  return fed;
}

/** Two hours of a busy cluster. */
function trend(): number[][] {
  const now = Date.now();
  return Array.from({ length: 60 }, (_, index) => [
    now - (60 - index) * 120_000,
    Math.round(20 + 15 * Math.sin(index / 7) + (index % 5)),
    200 - index
  ]);
}

/** Jobs as the server sends them. */
export function table(jobs: object[]): object {
  const records = jobs as Record<string, unknown>[];
  const fields = Object.keys(records[0] ?? {});
  const each = (field: string) => ({ each: records.map(job => job[field]) });
  return {
    count: jobs.length,
    columns: Object.fromEntries(fields.map(field => [field, each(field)]))
  };
}

const STATES = ['running', 'queued', 'queued', 'queued', 'stopped', 'failed'];
const REASONS = [
  '',
  'waits for other jobs with a higher priority (Priority)',
  'waits for free nodes (Resources)',
  'you hold it (JobHeldUser)',
  '',
  'its program ended with exit code 3'
];
const WORDS = [
  'RUNNING',
  'PENDING',
  'PENDING',
  'PENDING',
  'COMPLETED',
  'FAILED'
];

/** A whole array, with how many of its tasks are in each state. */
export function array(
  id: string,
  counts: Record<string, number>,
  changes: object = {}
): object {
  const tasks = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    ...many(1)[0],
    job_id: id,
    array: id,
    name: 'parameter sweep',
    tasks,
    counts,
    state: counts['running'] ? 'running' : 'queued',
    ...changes
  };
}

/** Tasks of an array: some failed, some done, one runs, the rest waits as one. */
export function members(id: string, count: number, waiting = 0): object[] {
  const tasks = many(count).map((job, index) => ({
    ...job,
    job_id: `${id}_${index + 1}`,
    array: id,
    name: 'parameter sweep',
    state: index === 0 ? 'running' : index % 9 === 4 ? 'failed' : 'stopped',
    word: index === 0 ? 'RUNNING' : index % 9 === 4 ? 'FAILED' : 'COMPLETED',
    reason: index % 9 === 4 ? 'its program ended with exit code 3' : '',
    exit_code: null,
    held: false,
    tasks: 1
  }));
  const rest = { job_id: `${id}_pending`, state: 'queued', tasks: waiting };
  return waiting > 0
    ? [...tasks, { ...tasks[0], ...rest, word: 'PENDING', started: null }]
    : tasks;
}

/** Jobs in all states. */
export function many(count: number): object[] {
  const ago = (seconds: number) =>
    new Date(Date.now() - seconds * 1000).toISOString();
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 6;
    const waits = kind > 0 && kind < 4;
    return {
      backend: 'slurm',
      job_id: String(4000 + index),
      name: `simulation-${index}`,
      state: STATES[kind],
      word: WORDS[kind],
      reason: REASONS[kind],
      exit_code: kind === 5 ? 3 : null,
      signal: null,
      submitted: ago(4000 + index * 60),
      started: waits ? null : ago(3600 + index * 50),
      ended: kind > 3 ? ago(600 + index * 40) : null,
      starts: kind === 1 ? ago(-7200) : null,
      memory: null,
      user: 'ada',
      partition: kind % 2 ? 'gpu' : 'short',
      account: 'physics',
      qos: 'normal',
      nodes: waits ? '2 nodes' : `node[${index % 90}-${(index % 90) + 1}]`,
      cpus: 8,
      time_limit: kind === 4 ? 259_200 : 86_400,
      tasks: kind === 2 ? 10_000 : 1,
      array: '',
      counts: null,
      well: null,
      held: kind === 3,
      tag: '',
      line: null,
      folder: '/home/ada/runs',
      session: ''
    };
  });
}

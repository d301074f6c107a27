import type { Page } from '@playwright/test';

/** Requests for the list of jobs. */
const JOBS = /\/jupyter-remote\/jobs(?:\?|$)/;

/** Let the server list these jobs, as its answer says at that time. */
export async function feed(
  page: Page,
  jobs: object[]
): Promise<{ silent: string }> {
  const slurm = {
    seen: new Date(Date.now() - 180_000).toISOString(),
    silent: '',
    can: ['cancel', 'hold', 'release']
  };
  const sequence = Number.MAX_SAFE_INTEGER;
  await page.route(JOBS, route =>
    route.fulfill({
      json: { jobs: table(jobs), sequence, backends: { slurm }, trend: [] }
    })
  );
  return slurm;
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
      held: kind === 3,
      tag: '',
      line: null,
      folder: '/home/ada/runs',
      session: ''
    };
  });
}

import type { IJob } from './tokens';

/** The sum of the tasks of jobs that run, and of those that wait. */
export function counts(jobs: readonly IJob[]): {
  running: number;
  waiting: number;
} {
  let running = 0;
  let waiting = 0;
  for (const job of jobs) {
    const of = job.counts ?? { [job.state]: job.tasks };
    running += of.running ?? 0;
    waiting += (of.queued ?? 0) + (of.submitting ?? 0);
  }
  return { running, waiting };
}

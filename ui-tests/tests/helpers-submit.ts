import type { Page } from '@playwright/test';

import { table } from './helpers-jobs';

/** A cluster with six partitions, three accounts, several QOS and GPUs. */
const PARTITIONS = [
  ['short', '41 of 60 nodes idle'],
  ['long', '3 of 40 nodes idle'],
  ['gpu', '2 of 8 nodes idle, 9 of 32 GPUs free'],
  ['fat', 'no node idle'],
  ['test', 'all nodes idle']
].map(([value, note]) => ({ value, label: '', note }));

function field(name: string, kind: string, label: string, more = {}): object {
  const empty = { caption: '', default: null, least: null, most: null };
  return { name, kind, label, choices: [], ...empty, ...more };
}

/** What a field is for; not ours to translate. */
const says = (caption: string) => ({ caption });

const choices = (...values: string[]) =>
  values.map(value => ({ value, label: '', note: '' }));

function allow(
  partition: string[],
  account: string[],
  qos: string[],
  time: number,
  gpus: number
): object {
  const usual = { account: 'physics', qos: 'normal', time: 3600 };
  return {
    values: { partition, account, qos },
    most: { time, gpus },
    default: usual
  };
}

const HOUR = 3600;

/** What the cluster offers. */
export const OFFERS = {
  available: true,
  reason: '',
  fields: [
    field('partition', 'choice', 'Partition', {
      choices: PARTITIONS,
      default: 'short'
    }),
    field('account', 'choice', 'Account', {
      choices: choices('physics', 'chemistry', 'teaching')
    }),
    field('qos', 'choice', 'QOS', { choices: choices('normal', 'high') }),
    field('time', 'seconds', 'Time limit', { least: 60 }),
    field('nodes', 'whole', 'Nodes', { least: 1, most: 16 }),
    field('cpus', 'whole', 'CPUs per task', { least: 1, most: 64, default: 1 }),
    field('memory', 'bytes', 'Memory', {
      most: 2 ** 38,
      ...says('Of each node.')
    }),
    field('gpus', 'whole', 'GPUs', { least: 0 }),
    field('array', 'text', 'Array', { ...says('Such as 1-100 or 1-100%5.') }),
    field('exclusive', 'switch', 'Whole nodes', {
      ...says('Nobody else runs there.')
    })
  ],
  allowed: [
    allow(
      ['short', 'test'],
      ['physics', 'chemistry', 'teaching'],
      ['normal'],
      4 * HOUR,
      0
    ),
    allow(['long'], ['physics', 'chemistry'], ['normal'], 168 * HOUR, 0),
    allow(['gpu'], ['physics'], ['normal', 'high'], 48 * HOUR, 4),
    allow(['fat'], ['chemistry'], ['high'], 24 * HOUR, 0)
  ],
  missing: [
    {
      field: 'partition',
      value: 'admin',
      why: 'It is for the accounts root and operators.'
    },
    {
      field: 'qos',
      value: 'urgent',
      why: 'None of your accounts may use it.'
    }
  ],
  script:
    '#!/bin/bash\n#SBATCH --output=slurm-%j.out\n\nset -eu\n\necho "on $(hostname)"\n',
  suffixes: ['.sh', '.sbatch', '.slurm']
};

/** What the server was asked, and what it shall answer. */
export interface IServer {
  readonly submitted: Record<string, unknown>[];
  /** Status and message of an error; null: it works. */
  failure: { status: number; message: string } | null;
  readonly trial: { starts: string | null; words: string };
}

/** A server with such a cluster. */
export async function cluster(
  page: Page,
  jobs: object[] = [],
  offers: object = OFFERS
): Promise<IServer> {
  const server: IServer = {
    submitted: [],
    failure: null,
    trial: { starts: null, words: '' }
  };
  const can = ['cancel', 'hold', 'release', 'submit', 'test', 'details'];
  const backends = {
    slurm: { seen: new Date().toISOString(), silent: '', can }
  };
  const sequence = Number.MAX_SAFE_INTEGER;
  await page.route(/\/jupyter-remote\/jobs(?:\/test)?(?:\?|$)/, async route => {
    const request = route.request();
    const { failure } = server;
    if (request.method() === 'GET') {
      const listed = {
        jobs: table(jobs),
        sequence,
        backends,
        trend: [],
        roots: []
      };
      await route.fulfill({ json: listed });
    } else if (failure) {
      const { status, message } = failure;
      await route.fulfill({ status, json: { message, reason: '' } });
    } else if (request.url().includes('/jobs/test')) {
      await route.fulfill({ json: server.trial });
    } else {
      server.submitted.push(request.postDataJSON() as Record<string, unknown>);
      const job_id = String(4710 + server.submitted.length);
      await route.fulfill({ status: 201, json: { backend: 'slurm', job_id } });
    }
  });
  await page.route(/\/jupyter-remote\/jobs\/look/, route =>
    route.fulfill({ json: { sequence, backends } })
  );
  await page.route(/\/backends\/slurm\/offers/, route =>
    route.fulfill({ json: offers })
  );
  // The page may have listed the jobs of the real server already, and ask for them again.
  const listed = page.waitForResponse(/\/jupyter-remote\/jobs(?:\?|$)/);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await listed;
  return server;
}

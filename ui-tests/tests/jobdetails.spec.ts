import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';

import { command, dialogButton, expect, tabBar, test } from './helpers';
import { many } from './helpers-jobs';
import { cluster } from './helpers-submit';

test.describe.configure({ timeout: 120_000 });

const SCRIPT = `#!/bin/bash
#SBATCH --job-name=relax
#SBATCH --mem=16G --cpus-per-task=8

module load gromacs
srun gmx mdrun -deffnm relax
`;

/** Requests for the first job. */
const JOB = /\/jobs\/slurm\/4000(?:\?|$)/;

const NOTHING = {
  script: '',
  command: '',
  folder: '',
  logs: {},
  asked: {},
  used: {},
  efficiency: {},
  ending: '',
  waits_for: [],
  waited_for_by: [],
  rows: {}
};

const RUNNING = {
  ...NOTHING,
  script: SCRIPT,
  command: '/home/ada/runs/relax.sh',
  folder: '/home/ada/runs',
  logs: {
    stdout: '/home/ada/runs/slurm-4000.out',
    stderr: '/home/ada/runs/slurm-4000.err'
  },
  asked: { cpus: 8, nodes: 1, gpus: 1, memory: 2 ** 34, time: 86_400 },
  used: { memory: 2.25e9, time: 3720, cpu_time: 11_309 },
  efficiency: { cpu: 0.38, memory: 0.131, time: 0.043 },
  waits_for: [
    { job_id: '3990', kind: 'afterok', name: 'prepare', state: 'stopped' },
    { job_id: '3991', kind: 'afterany', name: 'download', state: 'stopped' }
  ],
  waited_for_by: [
    { job_id: '4005', kind: 'afterok', name: 'analyse', state: 'queued' },
    { job_id: '4006', kind: 'afterok', name: 'plots', state: 'queued' },
    { job_id: '4007', kind: 'afternotok', name: 'mail-me', state: 'queued' }
  ],
  rows: {
    Priority: '4294',
    Nice: '0',
    Requeue: '1',
    BatchHost: 'node17',
    MinMemoryNode: '16G',
    Licenses: '(null)',
    TresPerNode: 'gres:gpu:1'
  }
};

const FAILED = {
  ...NOTHING,
  script: SCRIPT,
  folder: '/home/ada/runs',
  asked: { cpus: 8, memory: 2 ** 34, time: 86_400 },
  used: { memory: 2 ** 34, time: 840 },
  efficiency: { cpu: 0.97, memory: 1, time: 0.01 },
  ending:
    'It used more memory than it asked for (16 GiB), and the kernel ended it.'
};

async function openJob(page: Page, id: string): Promise<Locator> {
  await command(page, 'jupyter-remote:show-job', { job: `slurm/${id}` });
  const view = page.locator('.jp-RemoteDetails:visible');
  await expect(view).toBeVisible();
  return view;
}

test('a job in full: live, its neighbours, submitted again', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1300, height: 960 });
  const jobs = many(8) as Record<string, unknown>[];
  const [first] = jobs;
  const server = await cluster(page, jobs);
  await page.route(JOB, route =>
    route.fulfill({ json: { job: first ?? null, details: RUNNING } })
  );
  await page.route(/\/jobs\/slurm\/4005(?:\?|$)/, route =>
    route.fulfill({ json: { job: jobs[5] ?? null, details: FAILED } })
  );
  const view = await openJob(page, '4000');
  await expect(view.getByRole('heading', { level: 2 })).toContainText(
    'simulation-0'
  );
  await expect(view).toContainText('38 % of 8 cores');
  await expect(view).toContainText('2.1 of 16 GiB');
  await expect(view).toContainText('1:02:00 of 1 d');
  await expect(view.locator('.cm-content')).toContainText('gmx mdrun');
  await page.screenshot({ path: info.outputPath('details-running.png') });
  await axe(page);
  await view.getByText('All that slurm says of it (7)').click();
  await view.getByLabel('Filter what slurm says').fill('gpu');
  await expect(view.locator('.jp-RemoteDetails-rows dl > div')).toHaveCount(1);

  await view.getByRole('button', { name: 'Submit Again…' }).click();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Partition: short, Account: physics');
  await page.screenshot({ path: info.outputPath('details-again.png') });
  await dialogButton(page, 'Submit').click();
  await expect.poll(() => server.submitted.length).toBe(1);
  expect(server.submitted[0]).toMatchObject({
    script: SCRIPT,
    folder: '/home/ada/runs',
    options: { partition: 'short', account: 'physics', time: 86_400 }
  });
  await view.getByRole('button', { name: 'Edit and Submit Again' }).click();
  const form = page.locator('.jp-RemoteSubmit-form');
  await expect(form.getByLabel('Name')).toHaveValue('simulation-0');
  await expect(form.getByLabel('Partition')).toHaveValue('short');
  await expect(form.locator('.cm-content')).toContainText('gmx mdrun');

  await openJob(page, '4000');
  await view.getByRole('button', { name: /analyse/ }).click();
  await expect(tabBar(page, 'simulation-5')).toBeVisible();
  await expect(view).toContainText('used more memory than it asked for');
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('details-failed-dark.png') });
  await axe(page);
});

test('a job that is gone keeps what was known; errors; narrow', async ({
  page
}, info) => {
  const jobs = many(2);
  await cluster(page, jobs);
  let failing = false;
  await page.route(JOB, route =>
    failing
      ? route.fulfill({
          status: 502,
          json: {
            message: 'slurm_load_jobs error: Invalid job id specified',
            reason: 'backend-error'
          }
        })
      : route.fulfill({ json: { job: jobs[0] ?? null, details: RUNNING } })
  );
  const view = await openJob(page, '4000');
  await expect(view).toContainText('2.1 of 16 GiB');
  jobs.shift();
  failing = true;
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(view).toContainText('It left the list at', { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await expect(view.getByRole('alert')).toContainText('Invalid job id');
  await expect(view).toContainText('2.1 of 16 GiB');
  await page.setViewportSize({ width: 480, height: 900 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('details-gone-narrow.png') });
  failing = false;
  await view.getByRole('button', { name: 'Retry' }).click();
  await expect(view.getByRole('alert')).toHaveCount(0);
});

async function axe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include('.jp-RemoteDetails')
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  ).toEqual([]);
}

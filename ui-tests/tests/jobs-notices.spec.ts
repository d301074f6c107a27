import type { Locator, Page } from '@playwright/test';

import { command, expect, openPanel, PATIENCE, test } from './helpers';
import { feed, many } from './helpers-jobs';

test.describe.configure({ timeout: 120_000 });

/** The list is read again, as after a time without network. */
async function again(page: Page): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
}

function toast(page: Page, words: string): Locator {
  return page.locator('.Toastify__toast').filter({ hasText: words });
}

/** The same jobs with another state of some. */
function changed(
  jobs: object[],
  state: string,
  ids: readonly string[]
): object[] {
  const ended = new Date().toISOString();
  return jobs.map(job =>
    ids.includes((job as { job_id: string }).job_id)
      ? { ...job, state, ended, reason: 'out of memory' }
      : job
  );
}

test('a marked job is told about; many that end together in one sentence', async ({
  page
}, info) => {
  const jobs = many(60);
  const fed = await feed(page, jobs);
  await command(page, 'jupyter-remote:show-jobs');
  const view = page.locator('.jp-RemoteJobs');
  const row = view.locator('[data-job="slurm/4000"]');
  await row.getByRole('button', { name: 'Mark simulation-0' }).click();
  await expect(row.locator('.jp-RemoteJobs-star')).toBeVisible();
  // 4000 is marked, 4006 is not.
  fed.jobs = changed(jobs, 'failed', ['4000', '4006']);
  await again(page);
  const told = toast(page, 'simulation-0 failed. Out of memory');
  await expect(told).toBeVisible();
  await page.screenshot({ path: info.outputPath('notice.png') });
  await expect(toast(page, 'simulation-6 failed')).toHaveCount(0);
  const log = page.waitForRequest(/\/jobs\/slurm\/4000\/log/);
  await told.getByRole('button', { name: 'Show Log' }).click();
  await log;

  await command(page, 'jupyter-remote:show-jobs');
  await view.getByRole('button', { name: 'Notifications' }).click();
  await view.getByLabel('All my jobs').check();
  await page.screenshot({ path: info.outputPath('notice-menu.png') });
  await page.keyboard.press('Escape');
  const ids = ['4012', '4018', '4024', '4030', '4036', '4042', '4048'];
  fed.jobs = changed(fed.jobs, 'stopped', ids);
  await again(page);
  await expect(toast(page, '7 jobs have ended.')).toBeVisible();
  await expect(toast(page, 'simulation-12')).toHaveCount(0);
});

test('status bar: numbers, how it was, a click; looked at slowly', async ({
  page
}, info) => {
  const looks: unknown[] = [];
  page.on('request', request => {
    if (request.url().includes('/jobs/look')) {
      looks.push(request.postDataJSON());
    }
  });
  await feed(page, many(12));
  await again(page);
  const item = page.locator('.jp-RemoteJobStatus button');
  await expect(item).toHaveText('2 running, 20,004 waiting');
  // every 20 s, and the first one may have been before this test listened
  await expect
    .poll(() => looks.length, { timeout: PATIENCE })
    .toBeGreaterThan(0);
  expect(looks.every(look => (look as { slow?: boolean }).slow)).toBe(true);
  await item.hover();
  const popup = page.locator('.jp-RemoteJobTrend');
  await expect(popup).toContainText('2 h ago');
  await expect(popup.locator('svg')).toBeVisible();
  await page.screenshot({ path: info.outputPath('status.png') });
  await item.click();
  await expect(page.locator('.jp-RemoteJobs')).toBeVisible();
  await expect(popup).toHaveCount(0);
  await expect
    .poll(() => looks.some(look => !(look as { slow?: boolean }).slow))
    .toBe(true);
});

test('the side panel shows what runs and waits first, not all', async ({
  page
}, info) => {
  await feed(page, many(60));
  const panel = await openPanel(page);
  const lines = panel.locator('.jp-RemoteJobLine');
  await expect(lines).toHaveCount(30);
  await expect(lines.first()).toHaveAttribute('data-state', 'running');
  await expect(panel).toContainText('10 running, 100,020 waiting');
  await page.screenshot({ path: info.outputPath('panel.png') });
  await panel.getByRole('button', { name: 'Show all in a tab' }).click();
  await expect(page.locator('.jp-RemoteJobs')).toBeVisible();
});

test('the side panel says how old its jobs are, and who does not answer', async ({
  page
}, info) => {
  const fed = await feed(page, many(6));
  const panel = await openPanel(page);
  const section = panel.locator('.jp-RemoteJobLines');
  const line = section.locator('[data-job="slurm/4000"]');
  await expect(section).toContainText(/updated [34] min ago/);
  await expect(line).toBeVisible();
  await expect(line).not.toHaveAttribute('data-old');
  fed.silent = 'slurmctld: Connection refused';
  await again(page);
  await expect(section).toContainText(
    /slurm does not answer: last seen .*, slurmctld: Connection refused/
  );
  await expect(section.locator('[data-old]')).toHaveCount(6);
  await expect(line).toHaveCSS('font-style', 'italic');
  await expect(line).toHaveAttribute('title', /last seen/i);
  await expect(section).not.toContainText('updated');
  await page.screenshot({ path: info.outputPath('panel-silent.png') });
  fed.silent = '';
  await again(page);
  await expect(section.locator('[data-old]')).toHaveCount(0);
});

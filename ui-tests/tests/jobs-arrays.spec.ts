import type { Locator, Page } from '@playwright/test';

import { command, dialogButton, expect, smoothness, test } from './helpers';
import { array, feed, many, members, table } from './helpers-jobs';

test.describe.configure({ timeout: 120_000 });

const SWEEP = { running: 3, queued: 157, stopped: 38, failed: 2 };

async function openJobs(page: Page): Promise<Locator> {
  await command(page, 'jupyter-remote:show-jobs');
  const view = page.locator('.jp-RemoteJobs');
  await expect(view.getByRole('treegrid')).toBeVisible();
  return view;
}

/** Answer requests for the members of arrays; the list of what was asked. */
async function feedTasks(page: Page, tasks: () => object[]): Promise<string[]> {
  const asked: string[] = [];
  await page.route(/\/jupyter-remote\/jobs\/slurm\/[^/]+\/tasks/, route => {
    asked.push(new URL(route.request().url()).pathname);
    return route.fulfill({ json: { jobs: table(tasks()) } });
  });
  return asked;
}

test('an array is one row; it opens, its tasks can be acted upon', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1400, height: 700 });
  const fed = await feed(page, [...many(4), array('9000', SWEEP)]);
  fed.can = ['cancel', 'hold', 'release', 'requeue', 'change', 'everybody'];
  let tasks = members('9000', 43, 157);
  const asked = await feedTasks(page, () => tasks);
  const acts: string[] = [];
  await page.route(/\/jobs\/slurm\/9000[^/]*$/, route => {
    const path = new URL(route.request().url()).pathname;
    acts.push(`${route.request().method()} ${path.split('/').pop() ?? ''}`);
    return route.fulfill({ status: 204 });
  });
  const view = await openJobs(page);
  const group = view.locator('[data-job="slurm/9000"]');
  await expect(group).toContainText('40 of 200 done');
  await expect(group).toContainText('2 failed');
  await expect(group).toHaveAttribute('aria-expanded', 'false');

  await group.locator('[data-column="job_id"]').click();
  await page.keyboard.press('ArrowRight');
  await expect(group).toHaveAttribute('aria-expanded', 'true');
  const member = view.locator('[data-job="slurm/9000_1"]');
  await expect(member).toHaveAttribute('aria-level', '2');
  await expect(member).toContainText('Running');
  await page.keyboard.press('ArrowRight');
  await expect(member).toHaveAttribute('aria-selected', 'true');
  await page.screenshot({ path: info.outputPath('array-open.png') });
  await page.keyboard.press('Delete');
  await expect(page.locator('.jp-Dialog')).toContainText(
    'Cancel parameter sweep?'
  );
  await dialogButton(page, 'Cancel Job').click();
  await expect.poll(() => acts).toEqual(['DELETE 9000_1']);

  // The record of the array changes: its members are asked for again.
  tasks = members('9000', 50, 150);
  fed.jobs = [
    ...many(4),
    array('9000', { ...SWEEP, stopped: 39, queued: 156 })
  ];
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(group).toContainText('41 of 200 done');
  await expect.poll(() => asked.length).toBe(2);
  await expect(view.locator('[data-job="slurm/9000_pending"]')).toContainText(
    '150 tasks'
  );
  // A filter finds members; the array stays above them.
  await view.getByRole('searchbox').fill('sweep failed');
  await expect(view.locator('[data-job]')).toHaveCount(7);
  await view.getByRole('searchbox').fill('');
  await view.getByRole('treegrid').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(group).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowLeft');
  await expect(member).toHaveCount(0);
});

test('of ten thousand tasks of an open array few are in the page', async ({
  page
}, info) => {
  await feed(page, [array('9000', { running: 1, stopped: 9_999 })]);
  await feedTasks(page, () => members('9000', 10_000));
  const view = await openJobs(page);
  await view.getByRole('button', { name: 'Open parameter sweep' }).click();
  await expect(view.locator('[data-job="slurm/9000_1"]')).toBeVisible();
  const slowest = await smoothness(page, '.jp-RemoteJobs-grid');
  const description = `${slowest}`;
  info.annotations.push({ type: 'slowest frame, ms', description });
  expect(await view.locator('[data-job]').count()).toBeLessThan(80);
  await view.getByRole('treegrid').focus();
  await page.keyboard.press('End');
  await expect(view.locator('[data-job="slurm/9000_10000"]')).toBeVisible();
});

test('columns are chosen, and kept with the order over a reload', async ({
  page
}, info) => {
  await feed(page, many(30));
  let view = await openJobs(page);
  const heading = (name: string) =>
    view.getByRole('columnheader', { name, exact: true });
  await view.getByRole('button', { name: 'Columns' }).click();
  const box = view.getByRole('group', { name: 'Columns' });
  await box.getByLabel('Account').check();
  await box.getByLabel('Partition').uncheck();
  await expect(heading('Account')).toBeVisible();
  await page.screenshot({ path: info.outputPath('columns.png') });
  await page.keyboard.press('Escape');
  await expect(box).toHaveCount(0);
  // Lab stores what is to be kept a little later.
  const stored = page.waitForResponse(answer => {
    const request = answer.request();
    const sent = request.method() === 'PUT' ? (request.postData() ?? '') : '';
    return (
      answer.url().includes('/api/workspaces') &&
      /"column":\s*"name"/.test(sent)
    );
  });
  await heading('Name').getByRole('button').click();
  await stored;
  await page.reload();
  view = await openJobs(page);
  await expect(heading('Name')).toHaveAttribute('aria-sort', 'ascending');
  await expect(heading('Account')).toBeVisible();
  await expect(heading('Partition')).toHaveCount(0);
});

test('everybody’s jobs: seen, and not acted upon', async ({ page }, info) => {
  await page.setViewportSize({ width: 1400, height: 700 });
  const fed = await feed(page, many(3));
  fed.can = ['cancel', 'hold', 'release', 'everybody'];
  let others: object[] = [];
  await page.route(/\/jupyter-remote\/jobs\/everybody/, route =>
    route.fulfill({
      json: { jobs: table([...many(3), ...others]), silent: {} }
    })
  );
  const view = await openJobs(page);
  await view.getByRole('button', { name: 'Everybody’s' }).click();
  await expect(view).toContainText('There are no jobs of other people');
  others = many(5).map((job, index) => ({
    ...job,
    job_id: `${7000 + index}`,
    user: 'grace'
  }));
  await view.getByRole('button', { name: 'Mine' }).click();
  await view.getByRole('button', { name: 'Everybody’s' }).click();
  const row = view.locator('[data-job="slurm/7000"]');
  await expect(row).toContainText('grace');
  await expect(row.getByRole('button')).toHaveCount(0);
  await expect(view.locator('[data-job]')).toHaveCount(8);
  await page.screenshot({ path: info.outputPath('everybody.png') });
  await row.click();
  const bar = view.locator('.jp-RemoteJobs-buttons');
  await expect(bar.getByRole('button', { name: 'Cancel' })).toBeDisabled();
});

test('context menu: change a waiting job, the scheduler’s words when it refuses', async ({
  page
}, info) => {
  const fed = await feed(page, many(6));
  fed.can = ['cancel', 'hold', 'release', 'requeue', 'change'];
  let asked: unknown;
  await page.route(/\/jobs\/slurm\/4001(?:\?|$)/, async route => {
    asked = route.request().postDataJSON();
    await route.fulfill({
      status: 502,
      json: { message: 'Requested time limit exceeds the limit', reason: 'x' }
    });
  });
  const view = await openJobs(page);
  await view.locator('[data-job="slurm/4001"]').click({ button: 'right' });
  const menu = page.locator('.lm-Menu');
  await expect(menu).toContainText('Requeue Job');
  await page.screenshot({ path: info.outputPath('context-menu.png') });
  let answer: () => void = () => undefined;
  const answered = new Promise<void>(resolve => (answer = resolve));
  await page.route(/\/backends\/slurm\/offers/, async route => {
    await answered;
    const json = { message: 'slurmdbd: Connection refused', reason: 'x' };
    await route.fulfill({ status: 502, json });
  });
  await menu.getByText('Change Job').click();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog.getByLabel('Partition')).toHaveValue('gpu');
  answer();
  await expect(dialog).toContainText('slurmdbd: Connection refused');
  await expect(dialog.getByLabel('Time limit')).toHaveValue('1 d 00:00:00');
  await dialog.getByLabel('Time limit').fill('2:30:00');
  await page.screenshot({ path: info.outputPath('change.png') });
  await dialogButton(page, 'Change').click();
  await expect(dialog).toContainText('Requested time limit exceeds the limit');
  expect(asked).toEqual({ options: { time: 9000 } });
});

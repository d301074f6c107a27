import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

import {
  command,
  dialogButton,
  expect,
  openPanel,
  smoothness,
  tabBar,
  test
} from './helpers';
import { feed, many } from './helpers-jobs';

test.describe.configure({ timeout: 120_000 });

const PRINTS = { command: `sh -c 'echo hello job; sleep 1000'` };

/** The tab with the jobs, opened. */
async function openJobs(page: Page): Promise<Locator> {
  await command(page, 'jupyter-remote:show-jobs');
  const view = page.locator('.jp-RemoteJobs');
  await expect(view).toBeVisible();
  return view;
}

/** The rows that are in the page, without the header. */
function rowsOf(view: Locator): Locator {
  return view.locator('[data-job]');
}

function cell(row: Locator, column: string): Locator {
  return row.locator(`[data-column="${column}"]`);
}

test('a command is a job: live state, log, cancelled after a question', async ({
  page,
  rest
}, info) => {
  await page.setViewportSize({ width: 1500, height: 800 });
  const looks: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/jobs/look')) {
      looks.push(request.method());
    }
  });
  const view = await openJobs(page);
  await expect(view).toContainText('No jobs');
  await page.screenshot({ path: info.outputPath('jobs-empty.png') });
  const { id } = await rest.running('command', PRINTS, 'Long job');
  const row = rowsOf(view).filter({ hasText: 'Long job' });
  await expect(cell(row, 'state')).toHaveText('Running');
  await expect(cell(row, 'backend')).toHaveText('local');
  const used = await cell(row, 'used').textContent();
  await expect(cell(row, 'used')).not.toHaveText(used ?? '');
  expect(looks).toContain('POST');

  const panel = await openPanel(page);
  await expect(panel).toContainText('1 running, 0 waiting');
  await page.screenshot({ path: info.outputPath('jobs-one.png') });

  await row.getByRole('button', { name: 'Show log of Long job' }).click();
  await expect(tabBar(page, 'Log: Long job')).toBeVisible();
  await expect(page.locator('.jp-RemoteLog-text')).toContainText('hello job');
  await page.screenshot({ path: info.outputPath('jobs-log.png') });

  await openJobs(page);
  const cancel = row.getByRole('button', { name: 'Cancel Long job' });
  await cancel.click();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Cancel Long job?');
  await page.screenshot({ path: info.outputPath('jobs-cancel.png') });
  await dialogButton(page, 'Keep').click();
  expect((await rest.get(id)).state).toBe('running');
  await cancel.click();
  await dialogButton(page, 'Cancel Job').click();
  await expect(cancel).toHaveCount(0);
  await rest.until(id, 'stopped', 'failed');
});

test('of ten thousand rows few are in the page; filter, sort, keys', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1500, height: 800 });
  await feed(page, many(10_000));
  const view = await openJobs(page);
  await expect(view.locator('.jp-RemoteJobs-count')).toContainText(
    '10,000 jobs'
  );
  const rows = rowsOf(view);
  expect(await rows.count()).toBeLessThan(80);
  const slowest = await smoothness(page, '.jp-RemoteJobs-grid');
  expect(await rows.count()).toBeLessThan(80);
  info.annotations.push({
    type: 'slowest frame, ms',
    description: `${slowest}`
  });
  await page.screenshot({ path: info.outputPath('jobs-many.png') });

  const submitted = view.getByRole('columnheader', { name: 'Submitted' });
  await expect(submitted).toHaveAttribute('aria-sort', 'descending');
  const name = view.getByRole('columnheader', { name: 'Name' });
  await name.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(name).toHaveAttribute('aria-sort', 'ascending');
  await expect(rows.first()).toContainText('simulation-0');
  await page.keyboard.press('Enter');
  await expect(name).toHaveAttribute('aria-sort', 'descending');
  await expect(rows.first()).toContainText('simulation-9999');

  const filter = view.getByRole('searchbox');
  const start = Date.now();
  await filter.fill('simulation-99 held');
  await expect(view.locator('.jp-RemoteJobs-count')).toContainText(
    'of 10,000 jobs'
  );
  info.annotations.push({
    type: 'filter, ms',
    description: `${Date.now() - start}`
  });
  await expect(rows.first()).toContainText('Held');
  await filter.fill('nothing like this');
  await expect(view).toContainText('No job matches');
  await filter.fill('');

  await view.getByRole('treegrid').focus();
  await page.keyboard.press('End');
  await expect(rows.filter({ hasText: /simulation-0(?!\d)/ })).toBeVisible();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(view.locator('.jp-RemoteJobs-count')).toContainText(
    '3 selected'
  );
  await page.keyboard.press('Control+a');
  await expect(view.locator('.jp-RemoteJobs-count')).toContainText(
    '10,000 selected'
  );
});

test('several jobs at once; only what the backend can', async ({
  page
}, info) => {
  const asked: string[] = [];
  await feed(page, many(6));
  await page.route(/\/jupyter-remote\/jobs\/slurm\//, async route => {
    const request = route.request();
    const path = new URL(request.url()).pathname.split('/jobs/slurm/')[1];
    asked.push(`${request.method()} ${path ?? ''}`);
    await route.fulfill({ status: 204 });
  });
  const view = await openJobs(page);
  const rows = rowsOf(view);
  await expect(rows).toHaveCount(6);
  const row = (name: string) => rows.filter({ hasText: name });
  await expect(row('simulation-2')).toContainText('10,000 tasks');
  const bar = view.locator('.jp-RemoteJobs-buttons');
  await expect(bar.getByRole('button', { name: 'Hold' })).toBeDisabled();
  await cell(row('simulation-1'), 'name').click();
  await cell(row('simulation-2'), 'name').click({ modifiers: ['Control'] });
  await page.screenshot({ path: info.outputPath('jobs-selected.png') });
  await bar.getByRole('button', { name: 'Hold' }).click();
  await expect(page.locator('.jp-Dialog')).toContainText('Hold 2 jobs?');
  expect(asked).toEqual([]);
  await dialogButton(page, 'Hold Jobs').click();
  await expect
    .poll(() => asked.sort())
    .toEqual(['POST 4001/hold', 'POST 4002/hold']);
  await row('simulation-3')
    .getByRole('button', { name: /^Release/ })
    .click();
  await expect.poll(() => asked).toContain('POST 4003/release');
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('.jp-Dialog')).toContainText('Cancel 2 jobs?');
  await page.screenshot({ path: info.outputPath('jobs-cancel-two.png') });
  await dialogButton(page, 'Cancel Jobs').click();
  await expect.poll(() => asked.some(a => a.startsWith('DELETE'))).toBe(true);
});

test('keys of the list: hold, release, log, details', async ({ page }) => {
  const asked: string[] = [];
  const fed = await feed(page, many(6));
  fed.can.push('details');
  await page.route(/\/jupyter-remote\/jobs\/slurm\//, async route => {
    const request = route.request();
    const path = new URL(request.url()).pathname.split('/jobs/slurm/')[1];
    asked.push(`${request.method()} ${path ?? ''}`);
    const json = { message: 'no such job', reason: 'not-found' };
    await (request.method() === 'POST'
      ? route.fulfill({ status: 204 })
      : route.fulfill({ status: 404, json }));
  });
  const view = await openJobs(page);
  const row = (name: string) => rowsOf(view).filter({ hasText: name });
  const press = async (name: string, key: string) => {
    await openJobs(page);
    await cell(row(name), 'state').click();
    await expect(row(name)).toHaveAttribute('aria-selected', 'true');
    await view.getByRole('treegrid').press(key);
  };
  await press('simulation-1', 'h');
  await expect.poll(() => asked).toContain('POST 4001/hold');
  await press('simulation-3', 'r');
  await expect.poll(() => asked).toContain('POST 4003/release');
  // What makes no sense for the job does nothing.
  await press('simulation-0', 'r');
  await press('simulation-0', 'l');
  await expect(tabBar(page, 'Log: simulation-0')).toBeVisible();
  await expect.poll(() => asked).toContain('GET 4000/log');
  await press('simulation-0', 'Enter');
  const details = page.locator('.jp-RemoteDetails:visible');
  await expect(details).toContainText('simulation-0');
  expect(asked.filter(one => one.startsWith('POST'))).toEqual([
    'POST 4001/hold',
    'POST 4003/release'
  ]);
});

test('a backend that is silent, the dark, a narrow tab, axe', async ({
  page
}, info) => {
  const server = await feed(page, many(40));
  server.silent = 'slurm_load_jobs error: Unable to contact slurm controller';
  const view = await openJobs(page);
  await expect(view).toContainText('slurm does not answer: last seen');
  await expect(rowsOf(view).first()).toHaveAttribute('data-old', 'true');
  await page.screenshot({ path: info.outputPath('jobs-silent.png') });
  await axe(page);
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('jobs-dark-silent.png') });
  server.silent = '';
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(view).not.toContainText('does not answer', { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await cell(rowsOf(view).nth(3), 'name').click();
  await page.screenshot({ path: info.outputPath('jobs-dark.png') });
  await axe(page);
  await page.setViewportSize({ width: 900, height: 700 });
  await page.screenshot({ path: info.outputPath('jobs-medium.png') });
  await page.setViewportSize({ width: 460, height: 700 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('jobs-narrow.png') });
});

async function axe(page: IJupyterLabPageFixture): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include('.jp-RemoteJobs')
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  ).toEqual([]);
}

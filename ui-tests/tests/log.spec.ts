import { readFile } from 'node:fs/promises';

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { command, expect, tabBar, test } from './helpers';
import { feed, many } from './helpers-jobs';

test.describe.configure({ timeout: 120_000 });

/** What the server has of a job's output. */
interface IStandIn {
  stdout: Buffer;
  stderr: Buffer;
  file: string;
  /** Bytes that were asked for. */
  asked: number;
}

/** Answer requests for the log of the job 4000. */
async function feedLog(page: Page, text: string): Promise<IStandIn> {
  const log: IStandIn = {
    stdout: Buffer.from(text),
    stderr: Buffer.alloc(0),
    file: 'one',
    asked: 0
  };
  await page.route(/\/jobs\/slurm\/4000\/log/, route => {
    const query = new URL(route.request().url()).searchParams;
    const all = query.get('stream') === 'stderr' ? log.stderr : log.stdout;
    const offset = Number(query.get('offset'));
    const limit = Number(query.get('limit'));
    const from = Math.min(
      all.length,
      offset < 0 ? Math.max(0, all.length + offset) : offset
    );
    const body = all.subarray(from, from + limit);
    log.asked += body.length;
    const range = body.length > 0 ? `${from}-${from + body.length - 1}` : '*';
    return route.fulfill({
      body,
      headers: {
        'Content-Range': `bytes ${range}/${all.length}`,
        ETag: `"${log.file}"`
      }
    });
  });
  return log;
}

const ESC = '\u001b';

test('colours, search, errors, a log that is replaced', async ({
  page
}, info) => {
  await feed(page, many(3));
  const lines = Array.from({ length: 3_000 }, (_, index) => `step ${index}`);
  const text = [
    ...lines,
    `${ESC}[1;31mred words${ESC}[0m plain ${ESC}[38;5;208morange${ESC}[0m`,
    `\u0000binary\u0007 <b>no markup</b> ${ESC}]0;title\u0007end`,
    ' 10 %\r 55 %\r100 % done'
  ].join('\n');
  const log = await feedLog(page, text);
  await command(page, 'jupyter-remote:show-job-log', { job: 'slurm/4000' });
  const view = page.locator('.jp-RemoteLog');
  const shown = view.locator('.jp-RemoteLog-text');
  await expect(shown.locator('.ansi-red-fg.ansi-bold')).toHaveText('red words');
  await expect(shown).toContainText('\ufffdbinary\ufffd <b>no markup</b> end');
  await expect(shown).toContainText('100 % done');
  await expect(shown).not.toContainText('55 %');
  await expect(shown.locator('b')).toHaveCount(0);

  await shown.focus();
  await page.keyboard.press('Control+f');
  const search = view.getByRole('searchbox');
  await expect(search).toBeFocused();
  await search.fill('step 29');
  await expect(view.getByRole('search')).toContainText('1 of 111');
  await page.keyboard.press('Enter');
  await expect(view.getByRole('search')).toContainText('2 of 111');
  await expect(shown.locator('mark[data-current]')).toBeVisible();
  await search.fill('words plain');
  await expect(view.getByRole('search')).toContainText('1 of 1');
  await page.screenshot({ path: info.outputPath('log-search.png') });
  await axe(page);
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('log-dark.png') });
  await axe(page);
  await search.press('Escape');
  await expect(search).toHaveCount(0);

  // It grows; only what is new is asked for.
  log.asked = 0;
  log.stdout = Buffer.concat([log.stdout, Buffer.from('\nthe newest line')]);
  await expect(shown).toContainText('the newest line');
  expect(log.asked).toBeLessThan(100);

  log.stdout = Buffer.from('another log');
  log.file = 'two';
  await expect(view).toContainText('The log was replaced');
  await expect(shown).toHaveText(/^another log\s*$/);

  await expect(view.getByRole('button', { name: 'Errors' })).toHaveCount(0);
  log.stderr = Buffer.from('a warning');
  const errors = view.getByRole('button', { name: 'Errors' });
  await expect(errors).toBeVisible({ timeout: 40_000 });
  await errors.click();
  await expect(shown).toHaveText(/^a warning\s*$/);
});

test('of a huge log only the end is read', async ({ page }) => {
  await feed(page, many(1));
  const log = await feedLog(page, 'x'.repeat(79).concat('\n').repeat(200_000));
  await command(page, 'jupyter-remote:show-job-log', { job: 'slurm/4000' });
  const view = page.locator('.jp-RemoteLog');
  const earlier = view.getByRole('button', { name: 'Show Earlier (16 MB)' });
  await expect(earlier).toBeVisible();
  expect(log.asked).toBeLessThanOrEqual(65_536);
  await earlier.click();
  await expect.poll(() => log.asked).toBe(2 * 65_536);
});

test('Follow keeps the end in sight; scrolling up pauses it', async ({
  page
}) => {
  await feed(page, many(1));
  const lines = Array.from({ length: 400 }, (_, index) => `step ${index}\n`);
  const log = await feedLog(page, lines.join(''));
  await command(page, 'jupyter-remote:show-job-log', { job: 'slurm/4000' });
  const view = page.locator('.jp-RemoteLog');
  const shown = view.locator('.jp-RemoteLog-text');
  const follow = view.getByLabel('Follow');
  const top = () => shown.evaluate(box => Math.round(box.scrollTop));
  const below = () =>
    shown.evaluate(box => box.scrollHeight - box.scrollTop - box.clientHeight);
  const grow = async (words: string) => {
    const more = lines.map(line => `${words} ${line}`).join('');
    log.stdout = Buffer.concat([log.stdout, Buffer.from(more)]);
    await expect(shown).toContainText(`${words} step 399`, { timeout: 60_000 });
  };
  await expect(shown).toContainText('step 399');
  await expect(follow).toBeChecked();
  await expect.poll(below).toBeLessThan(24);
  await grow('more');
  await expect.poll(below).toBeLessThan(24);

  await shown.hover();
  await page.mouse.wheel(0, -2_000);
  await expect(follow).not.toBeChecked();
  await expect.poll(below).toBeGreaterThan(1_500);
  const before = await top();
  await grow('still more');
  expect(await top()).toBe(before);
  await expect(follow).not.toBeChecked();
  await follow.check();
  await expect.poll(below).toBeLessThan(24);

  await shown.focus();
  await page.keyboard.press('Home');
  await expect(follow).not.toBeChecked();
  await page.keyboard.press('End');
  await expect(follow).toBeChecked();
});

test('a log below the top of the file browser: editor, folder, download', async ({
  page,
  tmpPath
}) => {
  const listed = await page.request.get('/jupyter-remote/jobs');
  const { roots } = (await listed.json()) as { roots: string[] };
  const folder = `${roots[0] ?? ''}/${tmpPath}`;
  const text = 'one\ntwo\n';
  await page.contents.uploadContent(text, 'text', `${tmpPath}/relax.out`);
  const jobs = many(2).map(job => ({ ...job, folder }));
  const fed = await feed(page, jobs);
  fed.can.push('details');
  fed.roots = roots;
  const logs = { stdout: `${folder}/relax.out` };
  await page.route(/\/jobs\/slurm\/4000(?:\?|$)/, route =>
    route.fulfill({ json: { job: jobs[0], details: { logs } } })
  );
  await feedLog(page, text);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await command(page, 'jupyter-remote:show-jobs');
  const row = page.locator('.jp-RemoteJobs [data-job="slurm/4000"]');
  await expect(row).toBeVisible();
  await command(page, 'jupyter-remote:show-job-log', { job: 'slurm/4000' });
  const view = page.locator('.jp-RemoteLog');
  await expect(view.locator('.jp-RemoteLog-text')).toContainText('two');

  const saved = page.waitForEvent('download');
  await view.getByRole('button', { name: 'Download' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe('simulation-0.log');
  expect(await readFile(await file.path(), 'utf8')).toBe(text);

  await view.getByRole('button', { name: 'Open in Editor' }).click();
  await expect(tabBar(page, 'relax.out')).toBeVisible();
  await expect(page.locator('.jp-FileEditor:visible')).toContainText('two');

  await command(page, 'filebrowser:open-path', { path: '/' });
  const crumbs = page.locator('#filebrowser .jp-BreadCrumbs');
  await expect(crumbs).not.toContainText(tmpPath);
  await command(page, 'jupyter-remote:show-jobs');
  await row.click({ button: 'right' });
  await page.locator('.lm-Menu').getByText('Open Folder').click();
  await expect(crumbs).toContainText(tmpPath);
  await expect(
    page.locator('.jp-DirListing-item', { hasText: 'relax.out' })
  ).toBeVisible();

  // A job that works elsewhere: said, and nothing opened.
  fed.jobs = many(2);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await command(page, 'jupyter-remote:show-jobs');
  await row.click();
  await page.locator('.jp-RemoteJobs-grid').press('o');
  await expect(page.locator('.jp-Dialog')).toContainText(
    'The job works in /home/ada/runs.'
  );
});

async function axe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include('.jp-RemoteLog')
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  ).toEqual([]);
}

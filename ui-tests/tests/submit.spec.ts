import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';

import { command, expect, tabBar, test } from './helpers';
import { cluster } from './helpers-submit';

test.describe.configure({ timeout: 120_000 });

async function openForm(
  page: Page,
  args: Record<string, string> = {}
): Promise<Locator> {
  await command(page, 'jupyter-remote:submit-job', args);
  const form = page.locator('.jp-RemoteSubmit-form');
  await expect(form.locator('[data-field="time"]')).toBeVisible();
  return form;
}

test('a form that knows what goes together', async ({
  page,
  tmpPath
}, info) => {
  await page.setViewportSize({ width: 1400, height: 820 });
  const server = await cluster(page);
  // Lab's file browser goes there after Lab is ready; the form takes its folder.
  await expect(page.locator('#filebrowser .jp-BreadCrumbs')).toContainText(
    tmpPath
  );
  const form = await openForm(page);
  const button = (name: string) => form.getByRole('button', { name });
  const input = (name: string) => form.getByLabel(name, { exact: true });
  const words = (name: string) =>
    form.locator(`[data-field="${name}"] .jp-RemoteSubmit-words`);
  await expect(form.locator('.cm-content')).toContainText('#SBATCH');
  await page.screenshot({ path: info.outputPath('submit-empty.png') });

  await input('Time limit').fill('90');
  await expect(words('time')).toContainText('Write a time such as 90 min');
  await expect(button('Submit')).toBeDisabled();
  await input('Time limit').fill('90 h');
  await expect(words('time')).toContainText('At most 4 h with partition short');
  await expect(words('time')).toContainText('unless the script does');
  await expect(button('Submit')).toBeEnabled();
  await input('Time limit').fill('1:30');
  await expect(words('time')).toHaveText('That is 1 h 30 min.');
  await input('Time limit').fill('90 h');
  await input('Partition').selectOption('short');
  await expect(words('time')).toHaveText('At most 4 h with partition short.');
  await input('GPUs').fill('2');
  await expect(words('gpus')).toHaveText(
    'There are none with partition short.'
  );
  await page.screenshot({ path: info.outputPath('submit-errors.png') });

  await input('Partition').selectOption('gpu');
  await input('Time limit').fill('12 h');
  await input('Account').selectOption('physics');
  await input('QOS').selectOption('high');
  await input('Memory').fill('64 GB');
  await input('Name').fill('training');
  await form.getByText('Why are some missing?').first().click();
  await expect(form).toContainText(
    'It is for the accounts root and operators.'
  );
  await page.screenshot({ path: info.outputPath('submit-filled.png') });
  await axe(page);

  await input('Account').selectOption('chemistry');
  await expect(words('partition')).toContainText('gpu was taken out');
  await expect(input('Partition')).toHaveValue('');
  await expect(input('QOS')).toHaveValue('high');
  await page.screenshot({ path: info.outputPath('submit-cleared.png') });
  await input('Partition').selectOption('fat');

  server.failure = {
    status: 502,
    message: 'sbatch: error: Batch job submission failed: Invalid qos'
  };
  await input('GPUs').fill('');
  await button('Submit').click();
  await expect(form.getByRole('alert')).toContainText('Invalid qos');
  await expect(input('Name')).toHaveValue('training');
  await page.screenshot({ path: info.outputPath('submit-refused.png') });
  server.failure = { status: 504, message: 'slurm did not answer within 60 s' };
  await button('Submit').click();
  await expect(form.getByRole('alert')).toContainText('the job may exist');
  server.failure = null;

  Object.assign(server.trial, {
    starts: new Date(Date.now() + 5_400_000).toISOString(),
    words: 'on node17, 8 processors'
  });
  await button('When would it start?').click();
  await expect(form).toContainText('It would start');
  await page.screenshot({ path: info.outputPath('submit-trial.png') });
  await form.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('python train.py');
  await page.keyboard.press('Control+Enter');
  await expect(form).toContainText('Submitted to slurm as job 4711.');
  expect(server.submitted).toEqual([
    {
      backend: 'slurm',
      name: 'training',
      folder: tmpPath,
      script: expect.stringMatching(
        /#SBATCH[^]*\npython train.py$/
      ) as unknown as string,
      options: {
        account: 'chemistry',
        partition: 'fat',
        qos: 'high',
        time: 43_200,
        memory: 64e9
      }
    }
  ]);
  await page.screenshot({ path: info.outputPath('submit-done.png') });
});

test('a file is submitted; the draft survives a reload; dark, narrow', async ({
  page,
  tmpPath
}, info) => {
  const server = await cluster(page);
  await page.contents.uploadContent(
    '#!/bin/bash\n#SBATCH --time=10\necho one\n',
    'text',
    `${tmpPath}/relax.sbatch`
  );
  await page.contents.uploadContent('text', 'text', `${tmpPath}/notes.txt`);
  await page.contents.uploadContent('1', 'text', `${tmpPath}/fit.py`);
  await command(page, 'filebrowser:open-path', { path: tmpPath });
  await command(page, 'filebrowser:refresh');
  await expect(page.locator('.jp-DirListing-item')).toHaveCount(3);
  const item = (name: string) =>
    page.locator('.jp-DirListing-item').filter({ hasText: name });
  const entry = page.locator('.lm-Menu-item', { hasText: 'Submit as Job' });
  await item('notes.txt').click({ button: 'right' });
  await expect(page.locator('.lm-Menu')).toBeVisible();
  await expect(entry).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page.locator('.lm-Menu')).toHaveCount(0);
  // No form was open yet.
  await item('fit.py').click({ button: 'right' });
  await expect(entry).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.lm-Menu')).toHaveCount(0);
  await item('relax.sbatch').click({ button: 'right' });
  await entry.click();
  const form = page.locator('.jp-RemoteSubmit-form');
  await expect(tabBar(page, 'Submit: relax')).toBeVisible();
  await expect(form.locator('.cm-content')).toContainText('echo one');
  await expect(form.getByLabel('Working folder')).toHaveValue(tmpPath);
  await form.getByLabel('Time limit').fill('2 h');
  await form.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  const kept = page.waitForRequest(
    request =>
      request.url().includes('/api/workspaces') &&
      (request.postData() ?? '').includes('echo two')
  );
  await page.keyboard.type('echo two');
  await kept;
  await page.reload();
  await expect(form.locator('.cm-content')).toContainText('echo two');
  await expect(form.getByLabel('Time limit')).toHaveValue('2 h');
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('submit-dark.png') });
  await axe(page);
  await page.setViewportSize({ width: 480, height: 800 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('submit-narrow.png') });
  await form.getByLabel('Name').press('Control+Enter');
  await expect.poll(() => server.submitted.length).toBe(1);
  expect(server.submitted[0]).toMatchObject({ folder: tmpPath, name: 'relax' });
});

test('what may be used is not known: the script is taken all the same', async ({
  page
}, info) => {
  const server = await cluster(page);
  await page.route(/\/backends\/slurm\/offers/, route =>
    route.fulfill({
      status: 502,
      json: { message: 'slurmdbd: Connection refused', reason: 'unreachable' }
    })
  );
  const script = '#!/bin/bash\necho one\n';
  await command(page, 'jupyter-remote:submit-job', {
    backend: 'slurm',
    script,
    folder: 'runs'
  });
  const form = page.locator('.jp-RemoteSubmit-form');
  await expect(form.getByRole('alert')).toContainText(
    'What you may use of slurm is not known: slurmdbd: Connection refused.'
  );
  await expect(form).not.toContainText('takes no jobs');
  await page.screenshot({ path: info.outputPath('submit-unknown.png') });
  await form.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(form).toContainText('Submitted to slurm as job 4711.');
  expect(server.submitted).toEqual([
    { backend: 'slurm', script, folder: 'runs', options: {} }
  ]);
});

async function axe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include('.jp-RemoteSubmit')
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  ).toEqual([]);
}

test('a job on this machine: submitted, followed, looked back at', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1300, height: 900 });
  await command(page, 'jupyter-remote:submit-job');
  const form = page.locator('.jp-RemoteSubmit-form');
  await expect(form.locator('[data-field="time"]')).toBeVisible();
  await form.getByLabel('Name').fill('small-step');
  await form.getByLabel('Time limit').fill('5 min');
  await form.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('echo it runs; test -e go || sleep 2; echo done');
  await page.screenshot({ path: info.outputPath('local-form.png') });
  await page.keyboard.press('Control+Enter');
  await expect(form).toContainText('Submitted to local as job');
  await form.getByRole('button', { name: 'Details' }).click();
  const view = page.locator('.jp-RemoteDetails:visible');
  await expect(view.getByRole('heading', { level: 2 })).toContainText(
    'small-step'
  );
  await expect(view.locator('[data-state="stopped"]')).toBeVisible();
  await expect(view.locator('.cm-content')).toContainText('echo it runs');
  await page.screenshot({ path: info.outputPath('local-details.png') });
  await view.getByRole('button', { name: 'Show Log' }).click();
  await expect(page.locator('.jp-RemoteLog-text')).toContainText('it runs');
  await command(page, 'jupyter-remote:show-jobs');
  const jobs = page.locator('.jp-RemoteJobs');
  await jobs.getByRole('button', { name: 'Finished' }).click();
  await expect(jobs.locator('[data-job]').first()).toContainText('small-step');
  await page.screenshot({ path: info.outputPath('local-history.png') });
});

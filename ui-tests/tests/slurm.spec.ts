import { command, expect, test } from './helpers';
import { newLab } from './helpers-lab';
import { OwnServer, Slurm } from './helpers-server';

test.describe.configure({ timeout: 240_000 });

test('a real Slurm: offered, tried, submitted, followed, cancelled', async ({
  browser
}, info) => {
  const slurm = new Slurm();
  const conf = await slurm.start();
  test.skip(conf === '', 'Slurm with accounting cannot be started here');
  const server = new OwnServer([], { SLURM_CONF: conf });
  try {
    await server.start();
    const page = await newLab(browser, server.url, { bare: true });
    await page.setViewportSize({ width: 1300, height: 900 });
    await command(page, 'jupyter-remote:submit-job', { backend: 'slurm' });
    const form = page.locator('.jp-RemoteSubmit-form');
    const partition = form.getByLabel('Partition', { exact: true });
    await expect(partition.locator('option')).toHaveText([
      /.*/,
      /debug/,
      /gpu/
    ]);
    await form.getByLabel('Name', { exact: true }).fill('first <b>"step"</b>');
    await partition.selectOption('debug');
    await form.getByLabel('Time limit').fill('3 h');
    await expect(form.locator('[data-field="time"]')).toContainText(
      'At most 1 h'
    );
    await form.getByLabel('Time limit').fill('20 min');
    await form.locator('.cm-content').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('echo it runs; sleep 300');
    await form.getByRole('button', { name: 'When would it start?' }).click();
    await expect(form).toContainText('It would start');
    await page.screenshot({ path: info.outputPath('slurm-form.png') });
    await page.keyboard.press('Control+Enter');
    await expect(form).toContainText('Submitted to slurm as job');

    await form.getByRole('button', { name: 'Details' }).click();
    const view = page.locator('.jp-RemoteDetails:visible');
    await expect(view.locator('[data-state="running"]')).toBeVisible();
    await expect(view.getByRole('heading', { level: 2 })).toContainText(
      'first <b>"step"</b>'
    );
    await expect(view).toContainText('20 min');
    await expect(view.locator('.cm-content')).toContainText('echo it runs');
    await page.screenshot({ path: info.outputPath('slurm-details.png') });
    await view.getByRole('button', { name: 'Show Log' }).click();
    await expect(page.locator('.jp-RemoteLog-text')).toContainText('it runs');

    await command(page, 'jupyter-remote:show-jobs');
    const row = page.locator('.jp-RemoteJobs [data-job^="slurm"]');
    await expect(row).toContainText('Running');
    await row.click();
    await page.keyboard.press('Delete');
    const dialog = page.locator('.jp-Dialog');
    await dialog
      .getByRole('button', { name: 'Cancel Job', exact: true })
      .click();
    await expect(row).toContainText('It was cancelled');
    await page.screenshot({ path: info.outputPath('slurm-cancelled.png') });
  } finally {
    await server.close();
    await slurm.stop();
  }
});

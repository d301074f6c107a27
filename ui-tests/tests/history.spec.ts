import AxeBuilder from '@axe-core/playwright';

import { command, expect, test } from './helpers';
import { many, table } from './helpers-jobs';
import { cluster } from './helpers-submit';

test.describe.configure({ timeout: 120_000 });

/** Jobs that ended on three partitions, with waits and lengths of all kinds. */
function finished(count: number): object[] {
  const [sample] = many(5).slice(4);
  const at = (seconds: number) =>
    new Date(Date.now() - seconds * 1000).toISOString();
  const spread = (seed: number) => ((seed * 7919) % 1000) / 1000;
  return Array.from({ length: count }, (_, index) => {
    const gpu = index % 3 === 0;
    const waited = 10 ** (0.5 + spread(index) * (gpu ? 4 : 2.5));
    const ran = 10 ** (1 + spread(index + 13) * 3.6);
    const bad = index % 11 === 0;
    const ended = 600 + index * 700;
    return {
      ...sample,
      job_id: String(9000 + index),
      name: `step-${index}`,
      state: bad ? 'failed' : 'stopped',
      word: bad ? 'TIMEOUT' : 'COMPLETED',
      reason: bad ? 'it reached its time limit' : '',
      exit_code: bad ? null : 0,
      partition: gpu ? 'gpu' : index % 5 === 1 ? 'long' : 'short',
      submitted: at(ended + ran + waited),
      started: at(ended + ran),
      ended: at(ended)
    };
  });
}

test('what ended: how long it waited and ran, and where it is known from', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1400, height: 860 });
  await cluster(page, many(6));
  const asked: string[] = [];
  await page.route(/\/jobs\/ended/, async route => {
    const url = new URL(route.request().url());
    const days = url.searchParams.get('days') ?? '';
    asked.push(days);
    const failed = asked.length === 4;
    await route.fulfill(
      failed
        ? { status: 504, json: { message: 'no answer within 60 s' } }
        : {
            json: {
              jobs: table(finished(days === '1' ? 0 : 400)),
              from: { slurm: 'accounting', local: 'own record' },
              silent: days === '30' ? { slurm: 'Connection refused' } : {}
            }
          }
    );
  });
  await command(page, 'jupyter-remote:show-jobs');
  const view = page.locator('.jp-RemoteJobs');
  await expect(view.locator('[data-job]').first()).toBeVisible();
  await page.screenshot({ path: info.outputPath('history-current.png') });
  await view.getByRole('button', { name: 'Finished' }).click();
  const count = view.locator('.jp-RemoteJobs-count');
  await expect(count).toContainText('363 of 400 succeeded (90 %), 37 failed');
  await expect(view).toContainText('slurm: from its accounting');
  await expect(view).toContainText('local: recorded by jupyter_remote');
  await expect(view.getByRole('row', { name: /^slurm \/ gpu/ })).toContainText(
    'half in'
  );
  await expect(view.locator('.jp-RemoteJobs-silent')).toHaveCount(0);
  await page.screenshot({ path: info.outputPath('history.png') });
  await view.getByLabel('Filter finished jobs').fill('gpu time');
  await expect(count).toContainText(/of 400 jobs · 0 of \d+ succeeded/);
  await view.locator('[data-job]').first().click();
  await view.getByRole('button', { name: 'Details' }).isEnabled();
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include('.jp-RemoteJobs')
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  ).toEqual([]);
  await view.getByLabel('Filter finished jobs').fill('');
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('history-dark.png') });
  await page.setViewportSize({ width: 640, height: 860 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('history-narrow.png') });
  await view.getByLabel('How far back').selectOption('1');
  await expect(view).toContainText('No job ended in this time');
  await view.getByLabel('How far back').selectOption('30');
  await expect(count).toContainText('400');
  await expect(view.locator('.jp-RemoteJobs-silent')).toHaveText(
    'The accounting of slurm does not answer: Connection refused'
  );
  expect(asked).toEqual(['7', '1', '30']);
  await view.getByRole('button', { name: 'Refresh' }).click();
  await expect(view.getByRole('alert')).toContainText('No answer within 60 s');
});

test('an array that ended is one row that opens', async ({ page }, info) => {
  await cluster(page, many(6));
  const tasks = finished(12).map((job, index) => ({
    ...job,
    job_id: `77_${index}`,
    array: '77',
    name: 'sweep'
  }));
  await page.route(/\/jobs\/ended/, async route => {
    await route.fulfill({
      json: {
        jobs: table([...finished(3), ...tasks]),
        from: { slurm: 'accounting' },
        silent: {}
      }
    });
  });
  await command(page, 'jupyter-remote:show-jobs');
  const view = page.locator('.jp-RemoteJobs');
  await view.getByRole('button', { name: 'Finished' }).click();
  const rows = view.locator('[data-job]');
  await expect(rows).toHaveCount(4);
  const array = view.locator('[data-job="slurm/77"]');
  await expect(array).toContainText('12 done');
  await expect(array).toContainText('2 failed');
  await expect(view.locator('.jp-RemoteJobs-count')).toContainText(
    '12 of 15 succeeded'
  );
  await array.getByRole('button', { name: 'Open sweep' }).click();
  await expect(rows).toHaveCount(16);
  await page.screenshot({ path: info.outputPath('history-array.png') });
  await array.getByRole('button', { name: 'Close sweep' }).click();
  await view.getByLabel('Filter finished jobs').fill('sweep time');
  await expect(rows).toHaveCount(1);
  await expect(view.locator('.jp-RemoteJobs-count')).toContainText(
    '2 of 15 jobs · 0 of 2 succeeded'
  );
});

import { join } from 'node:path';
import type { Page } from '@playwright/test';

import { command, dialogButton, expect, test } from '../tests/helpers';
import {
  accounts,
  details,
  ended,
  EverestProcess,
  forgetAccounts,
  submit
} from '../tests/helpers-everest-jobs';

test.describe.configure({ timeout: 180_000 });

const everest = new EverestProcess();

const MODEL = `import sys

rho, sigma = map(float, sys.argv[1:])
print(round(rho * sigma - 7, 2))
`;

test.beforeAll(async () => {
  await everest.start();
  const { url, token } = everest;
  await accounts('POST', '', { url, token, name: 'work' });
});

test.afterAll(async () => {
  await forgetAccounts();
  await everest.stop();
});

/** A picture of the page, without what Lab tells meanwhile. */
async function picture(page: Page, name: string): Promise<void> {
  const told = page.locator('.Toastify__close-button');
  while ((await told.count()) > 0) {
    await told.first().click();
  }
  await expect(page.locator('.Toastify__toast')).toHaveCount(0);
  const images = join(__dirname, '..', '..', 'docs', 'images');
  await page.screenshot({ path: join(images, `${name}.png`) });
}

test('a job with outputs, and a sweep', async ({ page }) => {
  await page.setViewportSize({ width: 1100, height: 760 });
  await page.contents.createDirectory('chaos');
  await page.contents.uploadContent(MODEL, 'text', 'chaos/model.py');
  const text = 'the cat and the dog and the bird\n';
  await page.contents.uploadContent(text, 'text', 'chaos/words.txt');
  await page.filebrowser.openDirectory('chaos');
  const file = 'chaos/words.txt';
  const id = await submit(
    'work',
    'demo/wordcount',
    { file },
    'words of a text'
  );
  const view = await details(page, 'work', id);
  await ended(page, view, 'Finished');
  await view.getByRole('button', { name: 'Download counts.txt' }).click();
  const files = page.locator('.jp-DirListing');
  await expect(files.getByText('counts.txt')).toBeVisible();
  await picture(page, 'everest-job');

  await command(page, 'jupyter-remote:everest-sweep');
  const form = page.locator('.jp-RemoteSweep-form');
  const cell = (label: string) => form.getByLabel(label, { exact: true });
  await cell('Name').fill('chaos');
  await cell('Command').fill('python3 model.py ${rho} ${sigma}');
  await cell('Name of parameter 1').fill('rho');
  await cell('Kind of values of rho').selectOption('range');
  await cell('First value of rho').fill('24');
  await cell('Last value of rho').fill('30');
  await cell('Step of rho').fill('0.5');
  await page.keyboard.press('Enter');
  await page.keyboard.type('sigma');
  await cell('Values of sigma').fill('8 10 12 14 16');
  await form.getByRole('button', { name: 'Add Files…' }).click();
  await page.locator('.jp-Open-Dialog').getByText('model.py').click();
  await dialogButton(page, 'Select').click();
  await expect(form).toContainText('65 tasks');
  await picture(page, 'everest-sweep');

  await form.getByRole('button', { name: 'Submit' }).click();
  await form.getByRole('button', { name: 'Details' }).click();
  await ended(page, view, 'Finished');
  await view.getByRole('button', { name: 'Unpack Results…' }).click();
  await dialogButton(page, 'Unpack').click();
  await expect(view.locator('tbody tr')).toHaveCount(50);
  await picture(page, 'everest-results');
});

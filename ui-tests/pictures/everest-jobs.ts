import { join } from 'node:path';
import type { Page } from '@playwright/test';

import { expect, test } from '../tests/helpers';
import {
  details,
  ended,
  standIn,
  submit,
  SweepForm,
  unpack
} from '../tests/helpers-everest-jobs';

test.describe.configure({ timeout: 180_000 });

standIn('work');

const MODEL = `import sys

rho, sigma = map(float, sys.argv[1:])
print(round(rho * sigma - 7, 2))
`;

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

  const form = await new SweepForm(page).open();
  await form.cell('Name').fill('chaos');
  await form.cell('Command').fill('python3 model.py ${rho} ${sigma}');
  await form.range('rho', '24', '30');
  await form.cell('Step of rho').fill('0.5');
  await form.another('sigma', '8 10 12 14 16');
  await form.choose('model.py');
  await expect(form.count).toContainText('65 tasks');
  await picture(page, 'everest-sweep');

  await form.button('Submit').click();
  await form.button('Details').click();
  await ended(page, view, 'Finished');
  await expect(await unpack(page, view)).toHaveCount(50);
  await picture(page, 'everest-results');
});

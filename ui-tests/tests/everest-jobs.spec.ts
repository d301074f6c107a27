import { dialogButton, expect, tabBar, test } from './helpers';
import {
  details,
  ended,
  standIn,
  stored,
  submit,
  SweepForm,
  unpack
} from './helpers-everest-jobs';
import { axe } from './helpers-share';

test.describe.configure({ timeout: 180_000 });

const everest = standIn('mine');

test('outputs: seen, downloaded, given to another application, run again', async ({
  page,
  tmpPath
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.contents.uploadContent('one two two', 'text', `${tmpPath}/in.txt`);
  const file = `${tmpPath}/in.txt`;
  const id = await submit(
    'mine',
    'demo/wordcount',
    { file },
    'words of a text'
  );
  const view = await details(page, 'mine', id);
  await ended(page, view, 'Finished');
  const counts = view.locator('[data-output="counts"]');
  await expect(view.locator('[data-output="words"]')).toContainText('3');
  await expect(counts).toContainText(/counts\.txt\s*\d+ B/);
  await expect(view).toContainText('demo/wordcount');
  await page.screenshot({ path: info.outputPath('outputs.png') });
  await axe(page, '.jp-RemoteDetails');

  await counts.getByRole('button', { name: 'Download counts.txt' }).click();
  await expect(view).toContainText(`1 file was stored in ${tmpPath}:`);
  expect(
    await page.filebrowser.contents.fileExists(`${tmpPath}/counts.txt`)
  ).toBe(true);
  await view.getByRole('button', { name: 'Download All' }).click();
  // What is there is not replaced.
  await expect(view).toContainText('counts-1.txt');
  await view.getByRole('button', { name: 'counts-1.txt' }).click();
  await expect(tabBar(page, 'counts-1.txt')).toBeVisible();
  await expect(
    page.locator('.jp-DirListing').getByText('counts-1.txt')
  ).toBeVisible();

  await details(page, 'mine', id);
  await counts.getByRole('button', { name: 'Use counts.txt as input' }).click();
  await page.locator('.jp-Dialog input').fill('append (demo/append)');
  await dialogButton(page, 'Next').click();
  const form = page.locator('.jp-RemoteApps:visible');
  await expect(form.locator('[data-field="file"]')).toContainText('counts.txt');

  await details(page, 'mine', id);
  await view.getByRole('button', { name: 'Run Again…' }).click();
  await expect(form.locator('[data-field="file"]')).toContainText('in.txt');

  await details(page, 'mine', id);
  await view.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.locator('.jp-Dialog')).toContainText('forgets it');
  await dialogButton(page, 'Delete Job').click();
  await expect
    .poll(() => everest.control('jobs'))
    .not.toContainEqual(expect.objectContaining({ id }));
});

test('a job that failed says why, and what it left; cancel says what it is', async ({
  page
}, info) => {
  const why = 'The machine had no memory left.';
  const end = { state: 'FAILED', info: why, result: { words: 2 } };
  await everest.control('life', { name: 'failing*', end });
  const failing = await submit('mine', 'demo/hostname', {}, 'failing job');
  const view = await details(page, 'mine', failing);
  await ended(page, view, 'Failed');
  await expect(view.getByText(why)).toHaveCount(1);
  await expect(view).toContainText('This is what it left.');
  await expect(view.locator('[data-output="words"]')).toContainText('2');
  await expect(view.getByRole('button', { name: /^Download/ })).toHaveCount(0);
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('failed-dark.png') });
  await axe(page, '.jp-RemoteDetails');

  await everest.control('life', { name: 'stubborn*', cancel: 'never' });
  const job = await submit(
    'mine',
    'demo/sleep',
    { duration: 600 },
    'stubborn job'
  );
  await details(page, 'mine', job);
  await ended(page, view, 'Running');
  await view.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.locator('.jp-Dialog')).toContainText(
    'until it has agreed the job is stopping'
  );
  await dialogButton(page, 'Cancel Job').click();
  await ended(page, view, 'Stopping');
  await expect(view).toContainText('its agent has yet to agree');
  await page.screenshot({ path: info.outputPath('stopping.png') });
});

test('a sweep: written, counted, submitted, unpacked, as a table', async ({
  page,
  tmpPath
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.contents.uploadContent(
    'echo $(($1 * $2)); test $1 -ne 3\n',
    'text',
    `${tmpPath}/times.sh`
  );
  const form = await new SweepForm(page).open();
  const { place, count } = form;
  const cell = (label: string) => form.cell(label);
  await expect(cell('Command')).toBeFocused();
  await form.button('Submit').click();
  await expect(place).toContainText('A command is needed.');
  await cell('Name').fill('times');
  await cell('Command').fill('sh times.sh ${X} ${Y}');
  await expect(place).toContainText('There is no parameter X.');
  await form.range('X', '3', '1');
  await expect(place).toContainText('never reaches');
  await page.screenshot({ path: info.outputPath('sweep-wrong.png') });
  await form.range('X', '1', '3');
  await form.another('Y', '10, 20');
  await expect(count).toContainText('6 tasks');
  await form.choose('times.sh');
  await expect(count).toContainText('6 tasks');
  await page.screenshot({ path: info.outputPath('sweep.png') });
  await axe(page, '.jp-RemoteSweep');

  const kept = stored(page, '10 20 30');
  await cell('Values of Y').fill('10 20 30');
  await kept;
  await page.reload();
  await expect(cell('Values of Y')).toHaveValue('10 20 30');
  await expect(form.files.locator('li')).toContainText('times.sh');
  await expect(count).toContainText('9 tasks');
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('sweep-dark.png') });
  await axe(page, '.jp-RemoteSweep');
  await page.setViewportSize({ width: 480, height: 800 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('sweep-narrow.png') });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.theme.setLightTheme();
  await cell('Values of Y').fill('10 20');
  await expect(count).toContainText('6 tasks');
  await cell('Values of Y').press('Control+Enter');
  await expect(count).toContainText('6 tasks were submitted');
  await form.button('Details').click();

  const view = page.locator('.jp-RemoteDetails:visible');
  await ended(page, view, 'Failed');
  await expect(view).toContainText('2 of 6 tasks failed');
  const rows = await unpack(page, view);
  await expect(view).toContainText(`Unpacked into ${tmpPath}/sweep-`);
  await expect(rows).toHaveCount(6);
  await expect(view).toContainText('6 tasks.');
  const column = view.getByRole('button', { name: 'stdout', exact: true });
  await column.click();
  await column.click();
  await expect(rows.first().getByRole('cell').last()).toHaveText('60');
  await page.screenshot({ path: info.outputPath('results.png') });
  await axe(page, '.jp-RemoteDetails');
  await page.setViewportSize({ width: 480, height: 800 });
  await page.screenshot({ path: info.outputPath('results-narrow.png') });
  await page.setViewportSize({ width: 1280, height: 900 });
  await view.getByRole('button', { name: 'Show Folder' }).click();
  await expect(
    page.locator('.jp-DirListing').getByText('table.csv')
  ).toBeVisible();
  await view.getByRole('button', { name: 'Run Again…' }).click();
  await expect(cell('Values of Y')).toHaveValue('10 20');
  await tabBar(page, /^times$/).click();
  await view.getByRole('button', { name: 'Open table.csv' }).click();
  await expect(tabBar(page, 'table.csv')).toBeVisible();
});

import type { Page } from '@playwright/test';

import { expect, test } from './helpers';
import { field } from './helpers-everest';
import {
  details,
  drag,
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

/** Ids of resources of the stand-in. */
const RESOURCES = ['aaaaaaaaaaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaaaaaaaaaa2'];

const TEXT = { type: 'string', required: true };

/** An application with lists of values, and secrets. */
const INPUTS = {
  area: TEXT,
  layers: {
    type: 'array',
    items: { type: 'string', enum: ['air', 'soil', 'water', 'ice'] }
  },
  password: TEXT,
  keys: { type: 'array', items: { type: 'string' } },
  options: { type: 'object' }
};

const FORM = 'jupyter-remote:everest-submit';

/** Show the form of an application; nobody waits for what it shows. */
async function open(page: Page, app: string, more: object = {}): Promise<void> {
  await page.evaluate(
    ([id, args]) => {
      void window.jupyterapp.commands.execute(id, args);
    },
    [FORM, { server: 'mine', app, ...more }] as const
  );
}

test('a sweep: files dragged in, resources chosen, sent with progress, cancelled, undone', async ({
  page,
  tmpPath
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const big = 'a line that nobody reads\n'.repeat(40_000);
  await page.contents.uploadContent(big, 'text', `${tmpPath}/big.txt`);
  await submit('mine', 'demo/hostname', {}, 'earlier', RESOURCES);
  const form = await new SweepForm(page).open();
  await form.cell('Name').fill('slow');
  await form.cell('Command').fill('wc ${X}');
  await form.range('X', '1', '3');
  await expect(form.count).toContainText('3 tasks');
  await drag(page, 'big.txt', form.files.locator('[data-drop]'));
  await expect(form.files.locator('li')).toContainText(`${tmpPath}/big.txt`);
  const [first = '', second = ''] = RESOURCES;
  await form.cell(first).check();
  await expect(form.cell('Resources')).toHaveValue(first);
  await form.cell(second).check();
  await form.cell(first).uncheck();
  await expect(form.count).toContainText('3 tasks');
  await page.screenshot({ path: info.outputPath('sweep-files.png') });

  await everest.control('fault', { route: 'files.upload', kind: 'hang' });
  await form.button('Submit').click();
  await expect(form.place).toContainText('Sending 1 file and the plan…');
  await expect(form.place.getByRole('progressbar')).toBeVisible();
  await page.screenshot({ path: info.outputPath('sweep-sending.png') });
  await axe(page, '.jp-RemoteSweep');
  await form.button('Cancel').click();
  await expect(form.place).toContainText('Sending the files was cancelled.');
  await page.screenshot({ path: info.outputPath('sweep-cancelled.png') });

  await form.button('Reset').click();
  await expect(form.cell('Command')).toHaveValue('');
  await page.screenshot({ path: info.outputPath('sweep-reset.png') });
  await form.button('Undo Reset').click();
  await expect(form.cell('Command')).toHaveValue('wc ${X}');
  await expect(form.files.locator('li')).toContainText('big.txt');
  await everest.control('clear_faults');
  await form.button('Submit').click();
  await expect(form.count).toContainText('3 tasks were submitted');
  const headers = { Authorization: `Bearer ${everest.token}` };
  const jobs = await fetch(`${everest.url}/api/jobs`, { headers });
  expect(await jobs.json()).toContainEqual(
    expect.objectContaining({ resources: [second] })
  );
});

test('a task of a sweep that did not leave its output is marked', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const form = await new SweepForm(page).open();
  await form.cell('Command').fill('cp /etc/hostname ${X}');
  await form.cell('Name of parameter 1').fill('X');
  await form.cell('Values of X').fill('kept /nowhere/else');
  await form.cell('Output files').fill('kept');
  await form.button('Submit').click();
  await form.button('Details').click();
  const view = page.locator('.jp-RemoteDetails:visible');
  await ended(page, view, 'Failed');
  const rows = await unpack(page, view, 'kept');
  await expect(rows).toHaveCount(2);
  const of = (value: string) =>
    rows.filter({ hasText: value }).getByRole('cell').last();
  await expect(of('/nowhere/else')).toHaveText('no result');
  await expect(of('0')).not.toHaveText('no result');
  await expect(view).toContainText('1 of them left no file');
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('results-dark.png') });
  await axe(page, '.jp-RemoteDetails');
});

test('forms: check boxes, secrets that nobody keeps, drafts that all come back', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1280, height: 1000 });
  const app = { command: 'sleep 60', inputs: INPUTS, about: 'Maps of layers' };
  await everest.control('add_app', { alias: 'demo/maps', ...app });
  await submit('mine', 'demo/hostname', {}, 'earlier', RESOURCES);
  const apps = page.locator('.jp-RemoteApps:visible');
  const box = (name: string) => field(page, name).getByRole('textbox');
  await open(page, 'demo/echo', { inputs: { text: 'written first' } });
  await box('text').fill('the first form');
  await apps.locator('.jp-RemoteApps-list').getByText('demo/maps').click();
  await box('area').fill('the second form');
  for (const layer of ['soil', 'ice']) {
    await field(page, 'layers').getByLabel(layer, { exact: true }).check();
  }
  await box('keys').fill('one key\nanother key');
  await field(page, 'password').locator('input').fill('hunter two');
  await box('options').fill('{"user": "ada", "token": "deep inside"}');
  await apps.getByLabel(RESOURCES[1] ?? '', { exact: true }).check();
  await expect(field(page, 'keys')).toContainText('It is not remembered.');
  await page.screenshot({ path: info.outputPath('form-checks.png') });
  await axe(page, '.jp-RemoteApps');
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('form-checks-dark.png') });
  await page.theme.setLightTheme();

  const kept = stored(page, 'the first form', 'the second form, again');
  await box('area').fill('the second form, again');
  expect(await kept).not.toMatch(/hunter two|one key|deep inside/);

  // The part of the page that shows it does not come: what is written stays.
  await page.route(/lib_everestapps_js/, route => route.abort());
  await page.reload();
  const later = page.locator('.jp-RemoteLater');
  await expect(later).toContainText('What you wrote here is kept');
  await page.screenshot({ path: info.outputPath('form-later.png') });
  await page.reload();
  await expect(later).toBeVisible();
  await page.unroute(/lib_everestapps_js/);
  await later.getByRole('button', { name: 'Try Again' }).click();
  await expect(box('area')).toHaveValue('the second form, again');
  await expect(field(page, 'password').locator('input')).toHaveValue('');
  await expect(later).toHaveCount(0);
  const switched = stored(page, '"app":"demo/echo"', 'the second form, again');
  await apps.locator('.jp-RemoteApps-list').getByText('demo/echo').click();
  await expect(box('text')).toHaveValue('the first form');
  await switched;
  await page.reload();
  await expect(box('text')).toHaveValue('the first form');
  await page.setViewportSize({ width: 480, height: 900 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('form-narrow.png') });
});

test('a job with secrets: not shown in its details, asked for when it is run again', async ({
  page
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const app = { command: 'sleep 60', inputs: INPUTS, about: 'Maps of layers' };
  await everest.control('add_app', { alias: 'demo/maps', ...app });
  const options = { user: 'ada', token: 'deep inside' };
  const secrets = { password: 'hunter two', keys: ['one key'], options };
  const inputs = { area: 'a map', ...secrets };
  const id = await submit('mine', 'demo/maps', inputs, 'a map');
  const view = await details(page, 'mine', id);
  const shown = view.locator('.jp-RemoteEverest-inputs');
  await expect(shown).toContainText('a map');
  await expect(shown).toContainText('[hidden]');
  await expect(view).not.toContainText(/hunter two|one key|deep inside/);
  await page.screenshot({ path: info.outputPath('secrets.png') });
  await view.getByRole('button', { name: 'Run Again…' }).click();
  const form = page.locator('.jp-RemoteApps:visible');
  await expect(form).toContainText('write them again: password, keys, options');
  await expect(field(page, 'area').getByRole('textbox')).toHaveValue('a map');
  await form.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(form).toContainText('Nothing was sent. Look at: password.');
  await field(page, 'password').locator('input').fill('hunter two');
  await form.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(form).toContainText('options: what stands as [hidden]');
  await page.screenshot({ path: info.outputPath('secrets-again.png') });
});

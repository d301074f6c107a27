import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';

import { command, expect, tabBar, test } from './helpers';
import { axe, description, received, sharing } from './helpers-share';

test.describe.configure({ timeout: 120_000 });

const LINK = '/services/share/s/from-bob';

for (const theme of ['light', 'dark'] as const) {
  test(`a link shows who sent what, and how it looks, ${theme}`, async ({
    page
  }, info) => {
    await page.setViewportSize({ width: 1300, height: 820 });
    const server = await sharing(page);
    if (theme === 'dark') {
      await page.theme.setDarkTheme();
    }
    await command(page, 'jupyter-remote:open-shared-link', { link: LINK });
    const tab = page.locator('.jp-RemoteImport');
    await expect(tab.getByRole('heading')).toHaveText('spectrum.ipynb');
    await expect(tabBar(page, 'Shared: spectrum.ipynb')).toBeVisible();
    for (const fact of ['bob', '48 kB, 31 cells', 'Python 3', 'science:2026']) {
      await expect(tab.locator('dl')).toContainText(fact);
    }
    const frame = tab.locator('iframe');
    const preview = frame.contentFrame().locator('body');
    await expect(preview).toContainText('As bob saw it.');
    await expect(preview).not.toHaveAttribute('data-ran');
    await axe(page, '.jp-RemoteImport');
    await page.screenshot({ path: info.outputPath(`import-${theme}.png`) });

    await tab.getByRole('textbox', { name: 'Folder' }).fill('shared');
    await tab.getByRole('button', { name: 'Copy into My Files' }).click();
    await expect(tab.locator('.jp-RemoteImport-made')).toContainText(
      'Copied to shared/spectrum.ipynb'
    );
    expect(server.asked.at(-1)).toEqual({
      method: 'POST',
      path: 'imports',
      body: { link: LINK, folder: 'shared' }
    });
  });
}

test('an old copy: keep mine, take theirs too, or compare', async ({
  page
}, info) => {
  const server = await sharing(page);
  const mine = [received('spectrum', { revision: 2, changed_here: true })];
  server.description = description({ mine });
  const open = () =>
    command(page, 'jupyter-remote:open-shared-link', { link: LINK });
  await open();
  const tab = page.locator('.jp-RemoteImport');
  const copy = tab.getByRole('group', { name: 'Your copy' });
  await expect(copy).toContainText(
    'your copy shared/spectrum.ipynb is revision 2, the link has revision 4'
  );
  await expect(copy).toContainText('You have changed your copy.');
  await axe(page, '.jp-RemoteImport');
  await page.screenshot({ path: info.outputPath('import-newer.png') });
  await copy.getByRole('button', { name: 'Keep Mine' }).click();
  await expect(tab).toHaveCount(0);
  expect(server.asked.map(({ path }) => path)).toEqual(['imports/look']);
  await open();
  await copy.getByRole('button', { name: 'Second File' }).click();
  await expect
    .poll(() => server.asked.at(-1))
    .toEqual({
      method: 'POST',
      path: 'imports/spectrum/newer',
      body: { how: 'second' }
    });
});

test('a kernel that is not here: those that fit are offered', async ({
  page
}, info) => {
  const server = await sharing(page);
  const kernel = {
    name: 'ml-2026',
    display_name: 'ML 2026',
    language: 'python'
  };
  server.description = description({
    kernel,
    kernel_here: false,
    kernels: [
      { name: 'python3', display_name: 'Python 3', language: 'python' }
    ],
    once: true
  });
  await command(page, 'jupyter-remote:open-shared-link', { link: LINK });
  const tab = page.locator('.jp-RemoteImport');
  await expect(tab).toContainText('The kernel ML 2026 does not exist here.');
  await tab.getByLabel('Use instead').selectOption('Python 3');
  await expect(tab).toContainText('The link works once');
  await axe(page, '.jp-RemoteImport');
  await page.setViewportSize({ width: 560, height: 900 });
  await page.sidebar.close('left');
  await page.screenshot({ path: info.outputPath('import-kernel-narrow.png') });
});

test('a link that ended, one to another place, and none', async ({
  page
}, info) => {
  const server = await sharing(page);
  server.failure = {
    status: 410,
    message: 'The link to spectrum.ipynb was revoked.',
    reason: 'expired'
  };
  const open = (link: string) =>
    command(page, 'jupyter-remote:open-shared-link', { link });
  const tab = page.locator('.jp-RemoteImport:visible');
  await open(LINK);
  await expect(tab.getByRole('alert')).toContainText('was revoked');
  await axe(page, '.jp-RemoteImport');
  await page.screenshot({ path: info.outputPath('import-gone.png') });
  server.failure = {
    status: 400,
    message: 'Not a link of this server.',
    reason: 'foreign-link'
  };
  let asked = 0;
  await page.route('https://else.example/**', async route => {
    asked += 1;
    await route.fulfill({
      json: description(),
      headers: { 'Access-Control-Allow-Origin': '*' }
    });
  });
  await open('https://else.example/shared/secret');
  await expect(tab).toContainText('The link leads to else.example');
  await page.screenshot({ path: info.outputPath('import-foreign.png') });
  expect(asked).toBe(0);
  await tab.getByRole('button', { name: 'Look at It' }).click();
  await expect(tab.getByRole('heading')).toHaveText('spectrum.ipynb');
  expect(asked).toBe(1);
  await open('javascript:alert(1)');
  await expect(tab.getByRole('alert')).toContainText(
    'This is no link to a shared notebook.'
  );
});

test('files on a drive of the browser are refused with its name', async ({
  page
}, info) => {
  const server = await sharing(page);
  await page.evaluate(() => {
    const { contents } = window.jupyterapp.serviceManager;
    const own = contents as unknown as { _defaultDrive: Contents.IDrive };
    const Drive = own._defaultDrive.constructor as new (options: {
      name: string;
    }) => Contents.IDrive;
    contents.addDrive(new Drive({ name: 'S3' }));
  });
  const dialog = page.locator('.jp-Dialog');
  for (const id of ['share-link', 'export-bundle']) {
    await command(page, `jupyter-remote:${id}`, { path: 'S3:fit.ipynb' });
    await expect(dialog).toContainText('fit.ipynb');
    await expect(dialog).toContainText(
      'It lies on the drive S3, which this server cannot read.'
    );
    await page.screenshot({ path: info.outputPath(`drive-${id}.png`) });
    await dialog.getByRole('button').click();
  }
  await page.evaluate(async () => {
    const plugins = window.galata as unknown as {
      getPlugin(id: string): Promise<IFileBrowserFactory>;
    };
    const factory = await plugins.getPlugin(
      '@jupyterlab/filebrowser-extension:factory'
    );
    const drive = { driveName: 'S3', restore: false };
    const browser = factory.createFileBrowser('s3-browser', drive);
    window.jupyterapp.shell.add(browser, 'left');
    window.jupyterapp.shell.activateById(browser.id);
  });
  await page.locator('#s3-browser .jp-DirListing-content').click();
  await command(page, 'jupyter-remote:import-bundle');
  await expect(dialog).toContainText('The folder is on the drive S3');
  await dialog.getByRole('button').click();
  await command(page, 'jupyter-remote:open-shared-link', { link: LINK });
  const folder = page.getByRole('textbox', { name: 'Folder' });
  await expect(folder).toHaveValue('');
  expect(server.asked.map(({ path }) => path)).toEqual(['imports/look']);
});

for (const mark of ['#', '&']) {
  test(`the URL of Lab opens a link after ${mark}, and forgets it`, async ({
    page
  }) => {
    const server = await sharing(page);
    const link = new URL(LINK, page.url()).href;
    const query = new URLSearchParams({ 'jupyter-remote-share': link });
    await page.goto(`?reset${mark}${query.toString()}`);
    await expect(page.locator('.jp-RemoteImport h2')).toHaveText(
      'spectrum.ipynb'
    );
    expect(server.asked.at(0)?.body).toEqual({ link: LINK });
    expect(page.url()).not.toContain('from-bob');
  });
}

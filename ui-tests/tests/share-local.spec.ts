import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

import {
  command,
  dialogButton,
  expect,
  openNotebook,
  openPanel,
  test
} from './helpers';
import { newLab } from './helpers-lab';
import { BASE } from './helpers-rest';
import { OwnServer } from './helpers-server';
import { axe, linkByMouse, ran } from './helpers-share';

test.describe.configure({ timeout: 240_000 });

/** An output that runs a program wherever it is trusted. */
const BOOBY =
  '<script>window.ranHere = 1</script><img src="x:" onerror="window.ranHere = 2"><b>a table</b>';

/** What is said before a link is made, and beside the link. */
const LASTS = 'The link works while this server runs.';

function cell(source: string, html = ''): object {
  const data = { 'text/html': html };
  return {
    cell_type: 'code',
    id: source.replace(/\W/g, ''),
    source,
    execution_count: 1,
    // The sender trusts it.
    metadata: { trusted: true },
    outputs: html ? [{ output_type: 'display_data', data, metadata: {} }] : []
  };
}

/** Write a notebook, as a save in Lab does. */
async function save(path: string, cells: object[]): Promise<void> {
  const kernelspec = {
    name: 'python3',
    display_name: 'Python 3 (ipykernel)',
    language: 'python'
  };
  const content = {
    cells,
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5
  };
  const answer = await fetch(`${BASE}/api/contents/${path}`, {
    method: 'PUT',
    body: JSON.stringify({ type: 'notebook', format: 'json', content })
  });
  expect(answer.ok).toBe(true);
}

/** Share a file of the file browser with the mouse; its link. */
async function shareByMouse(
  page: IJupyterLabPageFixture,
  name: string,
  picture: string
): Promise<string> {
  await command(page, 'filebrowser:refresh');
  const choose = async (dialog: Locator) => {
    await expect(dialog).toContainText('who has the link');
    await expect(dialog).toContainText(LASTS);
    await page.screenshot({ path: picture });
  };
  return linkByMouse(page, name, choose, dialog =>
    expect(dialog).toContainText(LASTS)
  );
}

/** The tab of a link to another place, looked at anew. */
async function lookAgain(page: Page, link: string): Promise<Locator> {
  await command(page, 'jupyter-remote:open-shared-link', { link });
  const tab = page.locator('.jp-RemoteImport:visible');
  await tab.getByRole('button', { name: 'Look at It' }).click();
  await expect(tab.locator('h2')).toHaveText('spectrum.ipynb');
  return tab;
}

test('from the file browser to the page, to the tab, to a copy; revoked', async ({
  page,
  browser,
  baseURL,
  tmpPath
}, info) => {
  const shot = (name: string) => info.outputPath(`${name}.png`);
  const path = `${tmpPath}/spectrum.ipynb`;
  await save(path, [cell('fit(data)', BOOBY), cell('plot(fit)')]);
  const link = await shareByMouse(page, 'spectrum.ipynb', shot('real-dialog'));
  expect(link).toContain(`${new URL(page.url()).origin}/`);

  const other = await newLab(browser, baseURL ?? '');
  await other.setViewportSize({ width: 1280, height: 800 });
  // Not by Galata, which waits for Lab in every page.
  await other.evaluate(url => {
    window.location.href = url;
  }, link);
  await expect(other.locator('body')).toContainText('spectrum.ipynb');
  await other.screenshot({ path: shot('real-page') });
  await other.getByRole('link', { name: 'Open in JupyterLab' }).click();
  const tab = other.locator('.jp-RemoteImport');
  await expect(tab.locator('h2')).toHaveText('spectrum.ipynb', {
    timeout: 60_000
  });
  const preview = tab.locator('iframe').contentFrame().locator('body');
  await expect(preview).toContainText('a table');
  await expect(preview).toContainText('plot(fit)');
  await axe(other, '.jp-RemoteImport');
  await other.screenshot({ path: shot('real-import') });
  expect(await ran(other)).toEqual([]);

  await tab.getByRole('textbox', { name: 'Folder' }).fill(tmpPath);
  await tab.getByRole('button', { name: 'Copy into My Files' }).click();
  // Beside the sender's own, which has the same name.
  const made = other.locator('.jp-RemoteImport-made');
  await expect(made).toContainText('spectrum1.ipynb');
  await expect(other.locator('.jp-NotebookPanel:visible')).toContainText(
    'plot(fit)'
  );

  const panel = await openPanel(page);
  const row = panel.locator('[data-share]').filter({ hasText: 'spectrum' });
  await expect(row).toContainText('used once');
  await row.getByRole('button', { name: 'Revoke the link' }).click();
  await dialogButton(page, 'Revoke').click();
  await expect(row).toContainText('Revoked');
  expect((await fetch(link)).status).toBe(410);
  await command(other, 'jupyter-remote:open-shared-link', { link });
  await expect(
    other.locator('.jp-RemoteImport:visible').getByRole('alert')
  ).toContainText('revoked');
  await other.screenshot({ path: shot('real-revoked') });
  await other.close();
});

test('on a server of another: copied, renewed, compared; no script runs', async ({
  page,
  browser,
  tmpPath
}, info) => {
  const shot = (name: string) => info.outputPath(`${name}.png`);
  const path = `${tmpPath}/spectrum.ipynb`;
  await save(path, [cell('fit(data)', BOOBY), cell('plot(fit)')]);
  const link = await shareByMouse(page, 'spectrum.ipynb', shot('far-dialog'));
  // The sender trusts it, and it runs: what follows could fail.
  await openNotebook(page, path);
  await expect.poll(() => ran(page)).not.toEqual([]);

  const server = await new OwnServer().start();
  const other = await newLab(browser, server.url, { bare: true });
  try {
    await other.setViewportSize({ width: 1280, height: 800 });
    let tab = await lookAgain(other, link);
    await other.screenshot({ path: shot('far-import') });
    await tab.getByRole('button', { name: 'Copy into My Files' }).click();
    const copied = other.locator('.jp-NotebookPanel:visible');
    await expect(copied.locator('.jp-OutputArea-output')).toContainText(
      'a table'
    );
    await other.screenshot({ path: shot('far-copy') });
    expect(await ran(other)).toEqual([]);

    await save(path, [cell('fit(data, 2)', BOOBY), cell('plot(fit)')]);
    const panel = await openPanel(page);
    const row = panel.locator('[data-share]').filter({ hasText: 'revision 2' });
    await expect(row).toContainText('used once');
    await page.screenshot({ path: shot('far-panel') });
    tab = await lookAgain(other, link);
    await expect(tab).toContainText('There is a newer version');
    await tab.getByRole('button', { name: 'Show the Difference' }).click();
    const difference = other.locator('.jp-RemoteDifference:visible');
    await expect(difference).toContainText('fit(data, 2)');
    await axe(other, '.jp-RemoteShares-why');
    await other.screenshot({ path: shot('far-difference') });
    expect(await ran(other)).toEqual([]);
    tab = await lookAgain(other, link);
    await tab.getByRole('button', { name: 'Second File' }).click();
    await expect(other.locator('.jp-RemoteImport-made')).toContainText(
      'spectrum-newer'
    );
    const theirs = await openPanel(other);
    await expect(theirs.locator('[data-received]')).toHaveCount(2);
    await other.screenshot({ path: shot('far-received') });
    expect(await ran(other)).toEqual([]);
  } finally {
    await other.close();
    await server.close();
  }
});

test('a bundle goes out and comes in', async ({ page, tmpPath }, info) => {
  const path = `${tmpPath}/spectrum.ipynb`;
  await save(path, [cell('fit(data)', BOOBY)]);
  await openNotebook(page, path);
  const arriving = page.waitForEvent('download');
  await page.menu.clickMenuItem('File>Export Notebook Bundle');
  const download = await arriving;
  expect(download.suggestedFilename()).toBe('spectrum.zip');
  const file = info.outputPath('spectrum.zip');
  await download.saveAs(file);
  const asking = page.waitForEvent('filechooser');
  await page.menu.clickMenuItem('File>Import Notebook Bundle…');
  await (await asking).setFiles(file);
  await expect(
    page.locator('.lm-TabBar-tab', { hasText: 'spectrum1.ipynb' })
  ).toBeVisible();
  const theirs = await openPanel(page);
  await expect(
    theirs.locator('[data-received]').filter({ hasText: 'copied' }).first()
  ).toBeVisible();
});

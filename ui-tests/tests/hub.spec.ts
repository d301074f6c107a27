import type { Locator, Page } from '@playwright/test';

import {
  command,
  dialogButton,
  expect,
  openPanel,
  tabBar,
  test
} from './helpers';
import { STARTING, Visitor } from './helpers-hub';
import { Hub } from './helpers-server';
import { axe, linkByMouse, ran } from './helpers-share';

test.describe.configure({ timeout: 480_000 });

/** An output that runs a program wherever it is trusted. */
const BOOBY =
  '<script>window.ranHere = 1</script><table><tr><th>peak</th><th>width</th></tr><tr><td>12.4</td><td>0.8</td></tr></table>';

/** A measured line. */
const FIGURE = `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="160">
<path d="M10 150H410M10 150V10" stroke="#667" fill="none"/>
<path d="M10 140C120 138 150 136 180 110S205 20 215 20S240 90 255 115S300 138 410 140"
 stroke="#0b57d0" stroke-width="2" fill="none"/></svg>`;

/** Save a notebook with this cell, as Lab does. */
async function save(page: Page, source: string): Promise<void> {
  const shown = (data: object) => ({
    output_type: 'display_data',
    data,
    metadata: {}
  });
  const title = '# Beamline 7, detector B\n\nThe line at 12.4 keV, fitted.';
  const cells = [
    { cell_type: 'markdown', id: 'title', metadata: {}, source: title },
    {
      cell_type: 'code',
      id: 'a',
      // The sender trusts it.
      metadata: { trusted: true },
      source,
      execution_count: 1,
      outputs: [
        shown({ 'image/svg+xml': FIGURE }),
        shown({ 'text/html': BOOBY })
      ]
    }
  ];
  const kernelspec = {
    name: 'python3',
    display_name: 'Python 3 (ipykernel)',
    language: 'python'
  };
  await page.evaluate(
    content =>
      window.jupyterapp.serviceManager.contents.save('spectrum.ipynb', {
        type: 'notebook',
        format: 'json',
        content
      }),
    { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }
  );
}

/** Share it by the mouse; its link. */
async function shareByMouse(page: Page, users: string): Promise<string> {
  await command(page, 'filebrowser:activate');
  return linkByMouse(page, 'spectrum.ipynb', async dialog => {
    await expect(dialog).toContainText('on this hub');
    await dialog.getByLabel('Names of users').fill(users);
  });
}

/** The tab of a link, and in it the preview. */
async function importTab(page: Page): Promise<Locator> {
  const tab = page.locator('.jp-RemoteImport:visible');
  await expect(
    tab.getByRole('heading', { name: 'spectrum.ipynb' })
  ).toBeVisible({ timeout: STARTING });
  const preview = tab.locator('iframe').contentFrame().locator('body');
  await expect(preview).toContainText('12.4');
  return tab;
}

test('through a hub: the sender goes, the receiver comes, copies, runs; the link ends', async ({
  browser
}, info) => {
  const shot = (name: string) => info.outputPath(`${name}.png`);
  const hub = new Hub();
  const url = await hub.start();
  test.skip(url === '', 'JupyterHub cannot be started here');
  const visitors: Visitor[] = [];
  const come = async (name: string) => {
    const visitor = await Visitor.come(browser, url, name);
    visitors.push(visitor);
    return visitor;
  };
  try {
    // Alice shares, and her server stops.
    const alice = await come('alice');
    await alice.page.goto(url);
    await alice.signIn();
    await alice.startServer('science-2026');
    await save(alice.page, 'print(6 * 7)');
    const link = await shareByMouse(alice.page, '');
    expect(link).toContain(`${url}services/share/s/`);
    await alice.stopServer();

    // Bob follows the link: login, page, his server starts, the tab.
    const bob = await come('bob');
    await bob.page.goto(link);
    await bob.signIn();
    const main = bob.page.getByRole('main');
    await expect(main).toContainText('alice shares a copy of this notebook');
    await expect(main).toContainText('science-2026');
    const preview = bob.page.locator('iframe').contentFrame().locator('body');
    await expect(preview).toContainText('12.4');
    await bob.page.screenshot({ path: shot('hub-page') });
    await bob.page.getByRole('link', { name: 'Open in JupyterLab' }).click();
    await bob.startServer('another');
    let tab = await importTab(bob.page);
    expect(bob.page.url()).not.toContain('jupyter-remote-share');
    expect(await ran(bob.page)).toEqual([]);
    await axe(bob.page, '.jp-RemoteImport');
    const news = bob.page.locator('.Toastify__toast', { hasText: 'news' });
    await news.getByRole('button', { name: 'No', exact: true }).click();
    await expect(news).toBeHidden();
    await bob.page.screenshot({ path: shot('hub-import') });
    const down = bob.page.waitForEvent('download');
    await tab.getByRole('button', { name: 'Download Bundle' }).click();
    expect((await down).suggestedFilename()).toBe('spectrum.zip');

    // His server has other options: the page starts a named one with the sender's.
    await expect(tab).toContainText('Your server runs with other options.');
    const popup = bob.page.waitForEvent('popup');
    await tab.getByRole('link', { name: /starts one with these/ }).click();
    const second = await popup;
    await second
      .getByRole('link', { name: "Start another server like the sender's" })
      .click();
    await second.waitForURL(/\/user\/bob\/jr-[0-9a-f]{8}\/lab/, {
      timeout: STARTING
    });
    await bob.lab(second);
    const there = await importTab(second);
    await expect(there).not.toContainText('with other options');
    await second.close();

    // A copy of his own, which runs.
    await tab.getByRole('button', { name: 'Copy into My Files' }).click();
    const copied = bob.page.locator('.jp-NotebookPanel:visible');
    await expect(copied).toContainText('Beamline 7');
    expect(await ran(bob.page)).toEqual([]);
    const kernel = bob.page.getByRole('button', {
      name: /ipykernel\) \| Idle/
    });
    await expect(kernel).toBeVisible({ timeout: STARTING });
    await copied.locator('.jp-CodeCell .cm-content').click();
    await bob.page.keyboard.press('Shift+Enter');
    await expect(copied.locator('.jp-OutputArea-output')).toHaveText('42\n', {
      timeout: STARTING
    });
    await bob.page.screenshot({ path: shot('hub-copy') });

    // Alice is back and saves: his panel says so, and he takes hers too.
    await alice.page.goto(`${url}hub/spawn`);
    await alice.startServer('science-2026');
    await save(alice.page, 'print(6 * 8)');
    const senders = await openPanel(alice.page);
    const share = senders.locator('[data-share]');
    await expect(share).toContainText('revision 2');
    const panel = await openPanel(bob.page);
    await command(bob.page, 'jupyter-remote:refresh-shares');
    const mine = panel.locator('[data-received]');
    await expect(mine).toContainText(/newer\sversion/);
    await mine.getByRole('button', { name: /Show what the link/ }).click();
    tab = await importTab(bob.page);
    await tab.getByRole('button', { name: 'Second File' }).click();
    await expect(tabBar(bob.page, 'spectrum-newer')).toBeVisible();

    // She shares one with him by name: he is told once.
    await shareByMouse(alice.page, 'bob');
    await command(bob.page, 'jupyter-remote:refresh-shares');
    const toast = bob.page.locator('.Toastify__toast', {
      hasText: 'alice shares spectrum.ipynb with you.'
    });
    await expect(toast).toBeVisible();
    await expect(panel).toContainText('Shared with me, 1 new');
    await bob.page.screenshot({ path: shot('hub-news') });
    await toast.getByRole('button', { name: 'Look at It' }).click();
    await importTab(bob.page);
    await expect(panel).not.toContainText('1 new');
    await bob.page.reload();
    await bob.lab();
    await expect(panel.locator('[data-received]')).toHaveCount(3);
    await expect(toast).toBeHidden();

    // She ends the first link.
    await openPanel(alice.page);
    const old = share.filter({ hasText: 'revision 2' });
    const id = (await old.getAttribute('data-share')) ?? '';
    const first = senders.locator(`[data-share="${id}"]`);
    await first.getByRole('button', { name: 'Revoke the link' }).click();
    await dialogButton(alice.page, 'Revoke').click();
    await expect(first).toContainText('Revoked');
    const answer = await bob.page.request.get(link);
    expect(answer.status()).toBe(410);
    await command(bob.page, 'jupyter-remote:refresh-shares');
    await expect(
      panel.locator('[data-received]', { hasText: /link\sended/ })
    ).toHaveCount(2);
    await bob.page.goto(link);
    await expect(bob.page.locator('main')).toContainText(
      'This link was revoked'
    );
    await bob.page.screenshot({ path: shot('hub-revoked') });
  } finally {
    await Promise.all(visitors.map(visitor => visitor.close()));
    await hub.stop();
  }
});

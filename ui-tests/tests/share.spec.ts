import { command, dialogButton, expect, openPanel, test } from './helpers';
import {
  axe,
  inMinutes,
  received,
  share,
  shareDialog,
  sharing
} from './helpers-share';

test.describe.configure({ timeout: 120_000 });

test('a dialog says in a sentence what the link will allow', async ({
  page
}, info) => {
  const server = await sharing(page);
  await page.setViewportSize({ width: 1200, height: 860 });
  const dialog = await shareDialog(page, 'fit.ipynb');
  const sentence = dialog.locator('.jp-RemoteSharing-sentence');
  await expect(sentence).toContainText(
    'Everybody on this hub who has the link can copy this notebook with its outputs until'
  );
  await expect(dialog.getByLabel('1 day')).toBeFocused();
  await page.screenshot({ path: info.outputPath('share-dialog.png') });
  await axe(page, '.jp-RemoteSharingDialog');

  await dialog.getByLabel('Names of users').fill('ada, bob');
  await dialog.getByLabel('One copy only').check();
  await dialog.getByLabel('With outputs').uncheck();
  await dialog.getByLabel('Fixed at this version').check();
  await expect(sentence).toContainText(
    'Only ada, bob can copy this notebook without its outputs, once, until'
  );
  await dialog.getByLabel('How long the link works').fill('60 d');
  await dialogButton(page, 'Create Link').click();
  await expect(dialog.getByRole('alert')).toHaveText(
    'The longest time here is 30 d.'
  );
  expect(server.asked).toEqual([]);
  await page.screenshot({ path: info.outputPath('share-too-long.png') });
  await dialog.getByLabel('How long the link works').fill('3 d');
  await dialog.getByLabel('Server option image').uncheck();

  server.failure = {
    status: 429,
    message: 'You share 100 notebooks, the most that this hub allows.'
  };
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('You share 100');
  await expect(dialog.getByLabel('Names of users')).toHaveValue('ada, bob');
  await axe(page, '.jp-RemoteSharingDialog');
  await page.screenshot({ path: info.outputPath('share-refused.png') });

  server.failure = null;
  let release: (value?: unknown) => void = () => undefined;
  server.gate = new Promise(resolve => {
    release = resolve;
  });
  await dialogButton(page, 'Create Link').click();
  await expect(dialog.getByRole('status')).toHaveText('Making the link…');
  await expect(dialogButton(page, 'Create Link')).toBeDisabled();
  await page.screenshot({ path: info.outputPath('share-busy.png') });
  release();
  const link = page.getByRole('textbox', { name: 'Link', exact: true });
  await expect(link).toHaveValue(
    new URL('/services/share/s/secret-fit', page.url()).href
  );
  expect(server.asked.at(-1)).toEqual({
    method: 'POST',
    path: 'shares',
    body: {
      path: 'fit.ipynb',
      expires_in: 3 * 86_400,
      once: true,
      follow: false,
      outputs: false,
      carry: ['kernel'],
      users: ['ada', 'bob']
    }
  });
});

test('the link is copied, and shown as a QR code that can be read', async ({
  page,
  context
}, info) => {
  await sharing(page);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await shareDialog(page, 'fit.ipynb');
  await page.keyboard.press('Enter');
  const box = page.locator('.jp-Dialog').filter({ hasText: 'Link to fit' });
  await box.getByRole('button', { name: 'Copy Link' }).click();
  await expect(box.getByRole('status')).toHaveText('Copied');
  const full = new URL('/services/share/s/secret-fit', page.url()).href;
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(full);
  await page.screenshot({ path: info.outputPath('share-link.png') });
  await axe(page, '.jp-Dialog');
  await expect(box.getByRole('img', { name: 'QR code' })).toBeVisible();
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('share-link-dark.png') });
  await dialogButton(page, 'Done').click();
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
});

test('where sharing is off, the reason is said', async ({ page }, info) => {
  const server = await sharing(page);
  server.mode = '';
  server.why = 'This hub has no service for shares; ask its administrator.';
  await command(page, 'jupyter-remote:share-link', { path: 'fit.ipynb' });
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Cannot share fit.ipynb');
  await expect(dialog).toContainText('no service for shares');
  await dialog.getByRole('button').last().click();
  const panel = await openPanel(page);
  await expect(panel).toContainText('no service for shares');
  await page.screenshot({ path: info.outputPath('share-off.png') });
});

/** Shares in all states, and copies. */
const ROWS = [
  share('spectrum', { uses: 12, last_used: inMinutes(-3), revision: 4 }),
  share('calibration-of-the-second-detector', {
    users: ['ada', 'bob'],
    once: true,
    changed: true
  }),
  share('notes', {
    follow: false,
    outputs: false,
    problem: 'work/notes.ipynb was deleted or renamed.'
  }),
  share('old', { state: 'expired', expires: inMinutes(-5), uses: 1 }),
  share('wrong', { state: 'revoked' }),
  share('single', { state: 'used', once: true, uses: 1 })
];

const THEIRS = [
  received('thesis', { newest: 5, changed_here: true }),
  received('course', { path: '', sender: 'carol', link: '/s/id-course' }),
  received('gone', { gone: true })
];

for (const theme of ['light', 'dark'] as const) {
  test(`what I share and what was shared with me, ${theme}`, async ({
    page
  }, info) => {
    const server = await sharing(page);
    if (theme === 'dark') {
      await page.theme.setDarkTheme();
    }
    const panel = await openPanel(page);
    await expect(panel).toContainText('Nothing is shared.');
    await axe(page, '#jupyter-remote-panel');
    await page.screenshot({
      path: info.outputPath(`shares-empty-${theme}.png`)
    });
    server.shares = ROWS;
    server.received = THEIRS;
    await command(page, 'jupyter-remote:refresh-shares');
    const row = (id: string) => panel.locator(`[data-share="${id}"]`);
    await expect(row('spectrum')).toContainText('22 h left');
    await expect(row('spectrum')).toContainText(
      /used\s12\stimes,\slast\s\d+\smin\sago/
    );
    await expect(row('spectrum')).toContainText('revision 4');
    await expect(row('old')).toContainText('Expired');
    await expect(row('wrong')).toContainText('Revoked');
    await expect(row('single')).toContainText('Used up');
    await expect(panel).toContainText('newer version');
    await axe(page, '#jupyter-remote-panel');
    await page.screenshot({ path: info.outputPath(`shares-${theme}.png`) });
  });
}

test('a share is copied, updated, extended, revoked, forgotten', async ({
  page,
  context
}, info) => {
  const server = await sharing(page);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  server.shares = [share('spectrum', { revision: 4 })];
  const panel = await openPanel(page);
  const row = panel.locator('[data-share="spectrum"]');
  await row.getByRole('button', { name: 'Copy the link' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain('/services/share/s/secret-spectrum');
  await row.getByRole('button', { name: 'Show the link' }).click();
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
  await dialogButton(page, 'Done').click();
  await row.getByRole('button', { name: 'Update the link' }).click();
  await expect
    .poll(() => server.asked.at(-1)?.path)
    .toBe('shares/spectrum/update');
  await row.getByRole('button', { name: 'Extend the link' }).click();
  await page.locator('.jp-Dialog input').fill('2 d');
  await page.screenshot({ path: info.outputPath('share-extend.png') });
  await axe(page, '.jp-Dialog');
  await dialogButton(page, 'Extend').click();
  await expect
    .poll(() => server.asked.at(-1))
    .toEqual({
      method: 'PATCH',
      path: 'shares/spectrum',
      body: { expires_in: 2 * 86_400 }
    });
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Revoke…' }).click();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Nobody can open it any more');
  await page.screenshot({ path: info.outputPath('share-revoke.png') });
  await dialogButton(page, 'Cancel').click();
  expect(server.asked.at(-1)?.method).toBe('PATCH');
  await row.getByRole('button', { name: 'Revoke the link' }).click();
  await dialogButton(page, 'Revoke').click();
  await expect(row).toContainText('Revoked');
  expect(server.asked.at(-1)).toMatchObject({
    method: 'DELETE',
    path: 'shares/spectrum'
  });
  await row.getByRole('button', { name: 'Forget the link' }).click();
  await expect(row).toHaveCount(0);
});

test('many that were shared at once are told in one sentence', async ({
  page
}, info) => {
  const server = await sharing(page);
  server.received = ['fit', 'line', 'peak', 'scan'].map(id =>
    received(id, { path: '', news: 'new' })
  );
  const panel = await openPanel(page);
  const toast = page.locator('.Toastify__toast');
  await expect(toast).toHaveCount(1);
  await expect(toast).toContainText('4 notebooks were shared with you.');
  await expect(panel).toContainText('Shared with me, 4 new');
  await expect(panel.locator('[data-received="fit"]')).toContainText('new');
  await page.screenshot({ path: info.outputPath('share-news.png') });
  await axe(page, '.jp-RemoteShares');
  await command(page, 'jupyter-remote:refresh-shares');
  await toast.getByRole('button', { name: 'Show' }).click();
  await expect(toast).toHaveCount(0);
  expect(server.asked.map(({ path }) => path)).toEqual(['imports/told']);
});

test('a narrow panel, many rows, a server in trouble', async ({
  page
}, info) => {
  const server = await sharing(page);
  server.shares = Array.from({ length: 200 }, (_, number) =>
    share(`run-${number}`, { created: inMinutes(-number) })
  );
  server.received = THEIRS;
  const panel = await openPanel(page);
  await expect(panel.locator('[data-share]')).toHaveCount(200);
  await panel.getByLabel('Filter shares').fill('run-17');
  await expect(panel.locator('[data-share]')).toHaveCount(11);
  await page.screenshot({ path: info.outputPath('shares-many.png') });
  server.shares = ROWS;
  await panel.getByLabel('Filter shares').fill('');
  await command(page, 'jupyter-remote:refresh-shares');
  await expect(panel.locator('[data-share]')).toHaveCount(ROWS.length);
  const handle = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle');
  const box = await handle.first().boundingBox();
  await page.mouse.move((box?.x ?? 0) + 1, 300);
  await page.mouse.down();
  await page.mouse.move(230, 300);
  await page.mouse.up();
  await page.screenshot({ path: info.outputPath('shares-narrow.png') });
  server.trouble = {
    status: 502,
    message: 'The share service of the hub does not answer.'
  };
  await command(page, 'jupyter-remote:refresh-shares');
  await expect(page.locator('.jp-Dialog')).toContainText('does not answer');
  await page.keyboard.press('Escape');
  await expect(panel.getByRole('alert')).toContainText('does not answer');
  await expect(panel.locator('[data-share]')).toHaveCount(ROWS.length);
  await page.screenshot({ path: info.outputPath('shares-trouble.png') });
});

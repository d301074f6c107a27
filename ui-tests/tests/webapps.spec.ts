import type { Locator, Page } from '@playwright/test';

import {
  dialogButton,
  expect,
  openPanel,
  PATIENCE,
  rowOf,
  tabBar,
  test
} from './helpers';

test.describe.configure({ timeout: 180_000 });

/** The card of an app in the category "Remote" of the launcher. */
async function cardOf(page: Page, title: string): Promise<Locator> {
  const section = page.locator('.jp-Launcher-section').filter({
    has: page.getByRole('heading', { name: 'Remote', exact: true })
  });
  const card = section.locator('.jp-LauncherCard').filter({
    has: page.locator('.jp-LauncherCard-label', {
      hasText: new RegExp(`^${title}$`)
    })
  });
  await card.scrollIntoViewIfNeeded();
  return card;
}

/** The page of hello-jupyter-proxy, in a tab of the browser without a way back. */
async function greets(web: Page, id: string): Promise<void> {
  await expect(web.locator('h1')).toHaveText('Hello Jupyter-server-proxy', {
    timeout: PATIENCE
  });
  expect(new URL(web.url()).pathname).toBe(`/jupyter-remote/s/${id}/`);
  expect(await web.evaluate(() => window.opener as unknown)).toBeNull();
}

test('a web app opens in a new tab, opens again, and is stopped', async ({
  page,
  rest
}, info) => {
  const card = await cardOf(page, 'hello');
  const opening = page.waitForEvent('popup');
  await card.click();
  const web = await opening;
  await expect.poll(async () => (await rest.list()).length).toBe(1);
  const [session] = await rest.list();
  const id = session?.id ?? '';
  expect(session?.app).toBe('hello');
  await greets(web, id);
  await web.screenshot({ path: info.outputPath('web-app.png') });
  await web.close();

  await openPanel(page);
  const row = rowOf(page, id);
  await expect(row).toContainText('Running');
  const name = row.locator('.jp-RemoteRow-name');
  const again = page.waitForEvent('popup');
  await name.click();
  await greets(await again, id);

  // Asked about only if the server has noted meanwhile that somebody used it.
  await page.addLocatorHandler(dialogButton(page, 'Stop'), button =>
    button.click()
  );
  await row
    .getByRole('button', { name: `Stop ${session?.name ?? ''}` })
    .click();
  await expect(row).toContainText('Stopped');
  expect((await rest.get(id)).state).toBe('stopped');

  // What has ended has no page any more: its log is shown instead.
  let more = 0;
  page.on('popup', () => (more += 1));
  await name.click();
  await expect(tabBar(page, /^Log: hello/)).toBeVisible();
  await expect(page.locator('.jp-RemoteLog-text')).toContainText(
    'Launching example HTTP server'
  );
  expect(more).toBe(0);
});

test('where the browser allows no tab, a notification offers one', async ({
  page,
  rest
}) => {
  // As a browser answers that blocks windows; a click on the button is allowed again.
  await page.evaluate(() => {
    const open = window.open.bind(window);
    window.open = () => {
      window.open = open;
      return null;
    };
  });
  await (await cardOf(page, 'hello')).click();
  const toast = page.locator('.Toastify__toast').filter({
    hasText: /The browser opened no tab for hello/
  });
  await expect(toast).toBeVisible({ timeout: PATIENCE });
  const opening = page.waitForEvent('popup');
  await toast.getByRole('button', { name: 'Open' }).click();
  await greets(await opening, (await rest.list())[0]?.id ?? '');
});

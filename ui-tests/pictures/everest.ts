import { join } from 'node:path';

import { command, expect, openPanel, test } from '../tests/helpers';
import {
  accounts,
  EverestProcess,
  field,
  forgetAccounts
} from '../tests/helpers-everest';

test.describe.configure({ timeout: 180_000 });

const everest = new EverestProcess();

const to = (name: string) => ({
  path: join(__dirname, '..', '..', 'docs', 'images', `${name}.png`)
});

test.beforeAll(async () => {
  await everest.start();
});

test.afterAll(async () => {
  await forgetAccounts();
  await everest.stop();
});

test('an account, its warning, and a form', async ({ page }) => {
  await page.setViewportSize({ width: 1180, height: 800 });
  const panel = await openPanel(page);
  await command(page, 'jupyter-remote:everest-add-account');
  const dialog = page.locator('.jp-RemoteAccount');
  const fill = (label: string, text: string) =>
    dialog.getByLabel(label, { exact: true }).fill(text);
  await fill('Address', 'https://everest.distcomp.org');
  await fill('User name', 'ada');
  await fill('Password', 'not a secret');
  await fill('Name here', 'work');
  await page.locator('.jp-Dialog-content').screenshot(to('everest-account'));
  await page.keyboard.press('Escape');

  const { url, user: username, password } = everest;
  const login = { url, username, password };
  await accounts('POST', '', { ...login, name: 'work' });
  const soon = { lifetime: 3600 };
  await accounts('POST', '', { ...login, name: 'teaching', ...soon });
  await command(page, 'jupyter-remote:everest-refresh');
  const row = (name: string) => panel.locator(`[data-account="${name}"]`);
  await expect(row('teaching')).toContainText('expires in');
  await expect(row('work')).toContainText('Works');
  await page.locator('.jp-Toast-Close, .jp-Notification-Toast-Close').click();
  await expect(page.locator('.Toastify__toast')).toHaveCount(0);
  await page.setViewportSize({ width: 1180, height: 1100 });
  await panel.locator('.jp-RemoteEverest').screenshot(to('everest-panel'));
  await page.setViewportSize({ width: 1180, height: 800 });

  await command(page, 'jupyter-remote:everest-apps', { server: 'work' });
  const apps = page.locator('.jp-RemoteApps');
  await apps.getByText('append', { exact: true }).click();
  await field(page, 'message').getByRole('textbox').fill('hello');
  const file = field(page, 'file').getByRole('textbox');
  await file.fill('data/text.txt');
  await file.press('Enter');
  await apps.screenshot(to('everest-form'));
});

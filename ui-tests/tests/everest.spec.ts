import {
  command,
  dialogButton,
  expect,
  openPanel,
  tabBar,
  test
} from './helpers';
import {
  accounts,
  EverestProcess,
  field,
  forgetAccounts
} from './helpers-everest';
import { axe } from './helpers-share';

test.describe.configure({ timeout: 180_000 });

const everest = new EverestProcess();

test.beforeAll(async () => {
  await everest.start();
});

test.afterEach(async () => {
  await forgetAccounts();
});

test.afterAll(async () => {
  await everest.stop();
});

test('from an account to a job in the list', async ({
  page,
  tmpPath
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.contents.uploadContent('one two\n', 'text', `${tmpPath}/in.txt`);
  const panel = await openPanel(page);
  await panel.getByRole('button', { name: 'Add Account', exact: true }).click();
  const dialog = page.locator('.jp-RemoteAccount');
  const fill = (label: string, text: string) =>
    dialog.getByLabel(label, { exact: true }).fill(text);
  const fault = (name: string) =>
    dialog.locator(`[data-field="${name}"] [role="alert"]`);
  await page.screenshot({ path: info.outputPath('everest-dialog.png') });
  await axe(page, '.jp-Dialog-content');

  await dialogButton(page, 'Add Account').click();
  await expect(fault('url')).toContainText('Write the address');
  await fill('Address', 'http://127.0.0.1:1');
  await fill('User name', everest.user);
  await fill('Password', 'not the password');
  await dialogButton(page, 'Add Account').click();
  await expect(fault('url')).toContainText('127.0.0.1:1');
  await fill('Address', everest.url);
  await dialogButton(page, 'Add Account').click();
  await expect(fault('secret')).toContainText(
    'does not accept this user name and password'
  );
  await page.screenshot({ path: info.outputPath('everest-refused.png') });
  await fill('Name here', 'work');
  await fill('Password', everest.password);
  await dialogButton(page, 'Add Account').click();
  await expect(dialog).toBeHidden();

  const row = panel.locator('[data-account="work"]');
  await expect(row).toContainText('Works');
  await expect(row).toContainText('valid for 6 d more');
  await axe(page, '.jp-RemoteEverest');
  await page.screenshot({ path: info.outputPath('everest-panel.png') });
  await row.getByRole('button', { name: 'Applications of work' }).click();

  const apps = page.locator('.jp-RemoteApps');
  await apps.getByRole('searchbox').fill('append');
  const found = apps.locator('.jp-RemoteApps-list button');
  await expect(found).toHaveCount(1);
  await found.click();
  await expect(field(page, 'message')).toContainText('The line');
  const submit = apps.getByRole('button', { name: 'Submit', exact: true });
  await submit.click();
  await expect(field(page, 'file')).toContainText('file is needed.');
  await expect(apps).toContainText('Nothing was sent. Look at: message, file.');
  await page.screenshot({ path: info.outputPath('everest-missing.png') });

  await field(page, 'message').getByRole('textbox').fill('three');
  await field(page, 'file').getByRole('button').click();
  const files = page.locator('.jp-Open-Dialog');
  await files.getByText('in.txt').click();
  await files.getByRole('button', { name: 'Select' }).click();
  await expect(field(page, 'file')).toContainText(`${tmpPath}/in.txt`);
  await apps.getByLabel('Name', { exact: true }).fill('greeting');
  await axe(page, '.jp-RemoteApps');
  await page.screenshot({ path: info.outputPath('everest-form.png') });
  await submit.click();
  await expect(apps).toContainText('Submitted to work as job');
  const notice = page.locator('.Toastify__toast');
  await expect(notice).toContainText('greeting was submitted');
  await notice.getByRole('button', { name: 'Details' }).click();
  await expect(tabBar(page, 'greeting')).toBeVisible();

  await command(page, 'jupyter-remote:show-jobs');
  const job = page.locator('.jp-RemoteJobs [data-job^="everest:work"]');
  await expect(job).toContainText('greeting');
  await expect(job).toContainText('Stopped');
});

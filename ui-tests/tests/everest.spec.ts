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
import { drag, stored } from './helpers-everest-jobs';
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
  await expect(fault('url')).toContainText('127.0.0.1 could not be reached');
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
  await expect(field(page, 'message').getByRole('textbox')).toBeFocused();
  await expect(apps).toContainText('Nothing was sent. Look at: message, file.');
  await page.screenshot({ path: info.outputPath('everest-missing.png') });

  await field(page, 'message').getByRole('textbox').fill('three');
  await field(page, 'file').getByRole('button').click();
  const files = page.locator('.jp-Open-Dialog');
  await files.getByText('in.txt').click();
  await dialogButton(page, 'Select').click();
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
  await expect(job).toContainText('Finished');
});

test('a token that ends soon, that is refused, that is forgotten', async ({
  page
}, info) => {
  const { url, user: username, password } = everest;
  const login = { url, username, password, lifetime: 3600 };
  await accounts('POST', '', { ...login, name: 'short' });
  const panel = await openPanel(page);
  const row = panel.locator('[data-account="short"]');
  await command(page, 'jupyter-remote:everest-refresh');
  await expect(row).toContainText('The token of short expires in');
  const notice = page.locator('.Toastify__toast');
  await expect(notice).toContainText('The token of short expires in');
  await page.screenshot({ path: info.outputPath('everest-expires.png') });
  await axe(page, '.jp-RemoteEverest');
  await notice.getByRole('button', { name: 'Renew…' }).click();
  const dialog = page.locator('.jp-RemoteAccount');
  await expect(dialog.getByLabel('User name', { exact: true })).toHaveValue(
    username
  );
  await dialog.getByLabel('Password', { exact: true }).fill(password);
  await dialogButton(page, 'Renew').click();
  await expect(row).not.toContainText('expires in');
  await expect(row).toContainText('valid for 6 d more');
  await expect(notice).toHaveCount(0);

  await everest.control('revoke');
  await panel.getByRole('button', { name: 'Ask all Everest servers' }).click();
  await expect(row).toContainText('Token not accepted');
  await expect(row).toContainText('it is missing, expired or revoked');
  await page.screenshot({ path: info.outputPath('everest-revoked.png') });

  await row.getByRole('button', { name: 'Forget the account short' }).click();
  await expect(page.locator('.jp-Dialog').getByRole('checkbox')).toBeChecked();
  await dialogButton(page, 'Forget').click();
  await expect(panel.locator('[data-remote="no-everest"]')).toBeVisible();
  expect((await accounts('GET'))?.servers).toEqual([]);
});

test('a form that comes back, files that are dragged, cancelled, given by address', async ({
  page,
  tmpPath
}, info) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const token = await everest.control('token');
  await accounts('POST', '', { url: everest.url, token, name: 'work' });
  await page.contents.uploadContent('one two\n', 'text', `${tmpPath}/in.txt`);
  const made = { name: 'far', size: 20 };
  const uri = (await everest.control('make_file', made)) as string;
  await page.evaluate(
    given => {
      void window.jupyterapp.commands.execute(
        'jupyter-remote:everest-submit',
        given
      );
    },
    {
      server: 'work',
      app: 'demo/kinds',
      name: 'kinds',
      inputs: { count: 3, files: [{ uri, name: 'far.txt' }], gone: 1 }
    }
  );
  const apps = page.locator('.jp-RemoteApps:visible');
  const box = (name: string) => field(page, name).getByRole('textbox');
  await expect(box('count')).toHaveValue('3');
  await expect(field(page, 'files')).toContainText('far.txt on the server');
  await expect(apps).toContainText('so it was left out: gone.');
  await box('title').fill('all of them');
  await box('factor').fill('two');
  await expect(field(page, 'factor')).toContainText('Write a number');
  await box('factor').fill('2e-3');
  await field(page, 'switch').getByRole('combobox').selectOption('yes');
  await field(page, 'colour').getByRole('combobox').selectOption('red');
  await box('labels').fill('a\nb');

  const target = field(page, 'files').locator('[data-drop]');
  const kept = stored(page, `${tmpPath}/in.txt`);
  await drag(page, 'in.txt', target);
  await expect(field(page, 'files')).toContainText(`${tmpPath}/in.txt`);
  await page.screenshot({ path: info.outputPath('everest-kinds.png') });

  const fault = { kind: 'hang', times: 1 };
  await everest.control('fault', { route: 'files.upload', ...fault });
  const submit = apps.getByRole('button', { name: 'Submit', exact: true });
  await submit.click();
  const cancel = apps.getByRole('button', { name: /Cancel sending .*in.txt/ });
  await cancel.click();
  await expect(apps).toContainText('in.txt was cancelled.');

  await kept;
  await page.reload();
  await expect(box('title')).toHaveValue('all of them');
  await expect(box('factor')).toHaveValue('2e-3');
  await expect(field(page, 'files')).toContainText('far.txt on the server');
  await submit.click();
  await expect(apps).toContainText('Submitted to work as job');
  await page.theme.setDarkTheme();
  await axe(page, '.jp-RemoteApps');
  await page.screenshot({ path: info.outputPath('everest-dark.png') });
});

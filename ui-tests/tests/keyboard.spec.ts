import type { Page } from '@playwright/test';
import { test as base } from '@playwright/test';

import { DesktopPage, Recorder } from '../tools/desktop';
import type { IKey } from '../tools/keys';
import { alternating, KEYBOARDS, textOf } from '../tools/keys';
import { Rest } from './helpers-rest';

/** A program that writes down what it receives, in a desktop opened by itself. */
interface ITyping {
  open(
    page: Page,
    options?: { layout?: string; windows?: boolean }
  ): Promise<[DesktopPage, Recorder]>;
}

const test = base.extend<{ typing: ITyping }>({
  typing: async ({ baseURL }, use) => {
    const rest = new Rest(baseURL ?? '');
    const before = (await rest.list()).map(({ id }) => id);
    await use({
      open: async (page, { layout = '', windows = false } = {}) => {
        const recorder = new Recorder();
        const { id } = await rest.start('program', {
          command: recorder.command,
          keyboard_layout: layout
        });
        const address = `/jupyter-remote/s/${id}/`;
        const desktop = await DesktopPage.open(page, address, { windows });
        await recorder.ready();
        return [desktop, recorder];
      }
    });
    await rest.clear(before);
  }
});

test.describe.configure({ timeout: 120_000 });

function key(code: string, name: string, vk: number, more: object = {}): IKey {
  return { code, key: name, vk, ...more };
}

async function typeAll(
  desktop: DesktopPage,
  recorder: Recorder,
  names: readonly string[]
): Promise<void> {
  for (const name of names) {
    await test.step(name, async () => {
      const pressed = KEYBOARDS[name] ?? [];
      recorder.forget();
      await desktop.typist.type(pressed);
      await recorder.gets(textOf(pressed));
    });
  }
}

test.describe('a browser in English', () => {
  test.use({ locale: 'en-US' });

  test('characters arrive from every keyboard', async ({ page, typing }) => {
    const [desktop, recorder] = await typing.open(page);
    await typeAll(desktop, recorder, Object.keys(KEYBOARDS));
  });

  test('180 characters in two scripts, 30 ms a key', async ({
    page,
    typing
  }) => {
    const [desktop, recorder] = await typing.open(page);
    const pressed = alternating(180);
    recorder.forget();
    await desktop.typist.type(pressed, 30);
    await recorder.gets(textOf(pressed));
  });

  test('a held key repeats as the browser says, and not by itself', async ({
    page,
    typing
  }) => {
    const [, recorder] = await typing.open(page);
    recorder.forget();
    await page.keyboard.down('m');
    // Longer than the X server's usual delay: a release that travels slowly.
    await page.waitForTimeout(1500);
    await page.keyboard.up('m');
    await page.keyboard.press('n');
    await recorder.gets('mn');
    recorder.forget();
    await page.keyboard.down('r');
    await page.keyboard.down('r');
    await page.keyboard.down('r');
    await page.keyboard.up('r');
    await recorder.gets('rrr');
  });

  test('shortcuts, named keys and composed text', async ({ page, typing }) => {
    const [desktop, recorder] = await typing.open(page);
    const { typist } = desktop;
    const cases: [string, IKey[], string][] = [
      ['Ctrl+C', [key('KeyC', 'c', 67, { ctrl: true })], '\x03'],
      ['Ctrl+С', [key('KeyC', 'с', 67, { ctrl: true })], '\x03'],
      ['Ctrl+ж', [key('Semicolon', 'ж', 186, { ctrl: true })], ';'],
      ['arrow', [key('ArrowUp', 'ArrowUp', 38)], '\x1b[A'],
      [
        'Ctrl+arrow',
        [key('ArrowLeft', 'ArrowLeft', 37, { ctrl: true })],
        '\x1b[1;5D'
      ],
      ['Shift+Tab', [key('Tab', 'Tab', 9, { shift: true })], '\x1b[Z'],
      ['F5', [key('F5', 'F5', 116)], '\x1b[15~'],
      ['Enter, Escape', [key('Enter', 'Enter', 13)], '\r'],
      ['keypad', [key('Numpad5', '5', 101), key('NumpadAdd', '+', 107)], '5+'],
      ['dead key', [key('Quote', 'Dead', 222), key('KeyE', 'é', 69)], 'é']
    ];
    for (const [name, pressed, expected] of cases) {
      await test.step(name, async () => {
        recorder.forget();
        await typist.type(pressed);
        await recorder.gets(expected);
      });
    }
    await test.step('input method', async () => {
      recorder.forget();
      await desktop.compose('にほん', '日本');
      await recorder.gets('日本');
    });
    await test.step('pasted text', async () => {
      recorder.forget();
      await desktop.tell('paste', { text: '日本語 😀 Привет', insert: true });
      await recorder.gets('日本語 😀 Привет');
    });
  });
});

test('Windows says Control and Alt for AltGr', async ({ page, typing }) => {
  const [desktop, recorder] = await typing.open(page, { windows: true });
  await typeAll(desktop, recorder, ['de', 'fr', 'pl', 'us', 'ru']);
  recorder.forget();
  await desktop.typist.press(key('KeyC', 'c', 67, { ctrl: true }));
  await recorder.gets('\x03');
});

test.describe('a browser in Russian', () => {
  test.use({ locale: 'ru-RU' });

  test('the language of the browser does not matter', async ({
    page,
    typing
  }) => {
    const [desktop, recorder] = await typing.open(page);
    await typeAll(desktop, recorder, ['us', 'ru', 'de', 'fr']);
  });

  test('a layout that was asked for', async ({ page, typing }) => {
    const [desktop, recorder] = await typing.open(page, { layout: 'de' });
    await typeAll(desktop, recorder, ['de', 'uk', 'he']);
  });
});

import type { CDPSession } from '@playwright/test';

/** A key as a browser reports it, and the modifiers that are held with it. */
export interface IKey {
  readonly code: string;
  readonly key: string;
  readonly vk: number;
  readonly shift?: boolean;
  readonly altgr?: boolean;
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly location?: number;
}

const OEM: Readonly<Record<string, number>> = {
  Backquote: 192,
  Minus: 189,
  Equal: 187,
  BracketLeft: 219,
  BracketRight: 221,
  Backslash: 220,
  Semicolon: 186,
  Quote: 222,
  Comma: 188,
  Period: 190,
  Slash: 191,
  IntlBackslash: 226,
  Space: 32
};

/** Windows' number of a key: of the Latin letter on it, else of its place. */
function virtualKey(code: string, key: string): number {
  if (/^[A-Za-z]$/.test(key)) {
    return key.toUpperCase().charCodeAt(0);
  }
  const place = /^(?:Key|Digit)(.)$/.exec(code)?.[1];
  return place?.charCodeAt(0) ?? OEM[code] ?? 0;
}

/** Keys by the places in `codes` (words) that give the characters in `text`. */
function keys(codes: string, text: string, more: Partial<IKey> = {}): IKey[] {
  const characters = Array.from(text);
  return codes.split(' ').map((code, i) => {
    const key = characters[i] ?? '';
    return { code, key, vk: virtualKey(code, key), ...more };
  });
}

const SHIFT = { shift: true };
const ALTGR = { altgr: true };

/** Keyboards, as Chromium reports their keys on Linux. */
export const KEYBOARDS: Readonly<Record<string, readonly IKey[]>> = {
  us: [
    ...keys(
      'KeyQ KeyW KeyZ KeyY Digit1 Semicolon Quote Slash Space',
      "qwzy1;'/ "
    ),
    ...keys('KeyQ Digit2 Digit3 Semicolon Backquote', 'Q@#:~', SHIFT)
  ],
  de: [
    ...keys(
      'KeyY KeyZ Quote Semicolon BracketLeft Minus Slash Backslash',
      'zyäöüß-#'
    ),
    ...keys('KeyY Quote Digit7 Minus', 'ZÄ/?', SHIFT),
    ...keys(
      'KeyQ KeyE BracketRight Digit7 Digit0 Digit8 IntlBackslash',
      '@€~{}[|',
      ALTGR
    )
  ],
  fr: [
    ...keys(
      'KeyQ KeyA KeyW KeyZ Semicolon Digit1 Digit2 Digit7 Digit9 Digit0',
      'aqzwm&éèçà'
    ),
    ...keys('Digit1 Digit2 KeyQ Comma', '12A?', SHIFT),
    ...keys('Digit0 Digit3 Digit4 Digit6 Digit8 KeyE', '@#{|\\€', ALTGR)
  ],
  ru: [
    ...keys(
      'KeyQ KeyW KeyE KeyA Semicolon Quote BracketLeft BracketRight Backquote Comma Period',
      'йцуфжэхъёбю'
    ),
    ...keys('KeyQ Semicolon Digit3 Slash', 'ЙЖ№,', SHIFT)
  ],
  uk: keys('KeyS Quote BracketRight Backslash', 'іїґє'),
  pl: keys('KeyA KeyC KeyE KeyL KeyN KeyO KeyS KeyX KeyZ', 'ąćęłńóśźż', ALTGR),
  tr: [
    ...keys('KeyI Quote Semicolon BracketLeft', 'ıişğ'),
    ...keys('Quote', 'İ', SHIFT)
  ],
  el: [
    ...keys('KeyA KeyV KeyJ KeyW KeyQ', 'αωξς;'),
    ...keys('KeyG', 'Γ', SHIFT)
  ],
  he: keys('KeyT KeyC KeyD', 'אבג'),
  ar: keys('KeyH KeyF KeyJ', 'ابت'),
  'a change at every key': keys(
    'KeyQ KeyQ KeyW KeyW Semicolon Digit2 KeyL KeyL',
    'qйwцöéłλ'
  )
};

const RUSSIAN = 'йцукенгшщзфывапролдячсмить';
const QWERTY = 'QWERTYUIOPASDFGHJKLZXCVBNM';

/** So many keys of alternating Latin and Cyrillic words. */
export function alternating(count: number): IKey[] {
  const words = ['hello', 'мир', 'science', 'наука', 'desktop', 'окно'];
  const text = Array.from({ length: count }, (_, i) => words[i % words.length]);
  return Array.from(text.join(' '))
    .slice(0, count)
    .map(key => {
      const place = RUSSIAN.indexOf(key);
      const letter = place < 0 ? key.toUpperCase() : (QWERTY[place] ?? '');
      const code = key === ' ' ? 'Space' : `Key${letter}`;
      return { code, key, vk: virtualKey(code, key) };
    });
}

/** What a text editor shows after these keys. */
export function textOf(pressed: readonly IKey[]): string {
  return pressed.map(({ key }) => key).join('');
}

const CONTROL: IKey = { key: 'Control', code: 'ControlLeft', vk: 17 };
const HELD: readonly [keyof IKey, number, IKey][] = [
  ['ctrl', 2, CONTROL],
  ['alt', 1, { key: 'Alt', code: 'AltLeft', vk: 18 }],
  ['shift', 8, { key: 'Shift', code: 'ShiftLeft', vk: 16 }]
];

/** Presses keys as a browser's window gets them from the system. */
export class Typist {
  /** `windows`: AltGr is Control and AltGraph, and both count as held. */
  constructor(
    private readonly _cdp: CDPSession,
    private readonly _windows = false
  ) {}

  async type(pressed: readonly IKey[], pause = 0): Promise<void> {
    for (const key of pressed) {
      await this.press(key);
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }

  /** Modifiers down, key down and up, modifiers up; `commands` of an editor. */
  async press(key: IKey, commands: string[] = []): Promise<void> {
    const held: [IKey, number][] = [];
    for (const [name, bit, modifier] of HELD) {
      if (key[name]) {
        held.push([modifier, bit]);
      }
    }
    if (key.altgr) {
      held.push(...this._altGr());
    }
    let bits = 0;
    for (const [modifier, bit] of held) {
      bits |= bit;
      await this._event('rawKeyDown', modifier, bits);
    }
    const writes = Array.from(key.key).length === 1 && !key.ctrl && !key.alt;
    await this._event(writes ? 'keyDown' : 'rawKeyDown', key, bits, {
      ...(writes ? { text: key.key } : {}),
      commands
    });
    await this._event('keyUp', key, bits);
    for (const [modifier, bit] of held.reverse()) {
      bits &= ~bit;
      await this._event('keyUp', modifier, bits);
    }
  }

  private _altGr(): [IKey, number][] {
    const vk = this._windows ? 18 : 225;
    const right = { key: 'AltGraph', code: 'AltRight', vk, location: 2 };
    return this._windows
      ? [
          [CONTROL, 2],
          [right, 1]
        ]
      : [[right, 0]];
  }

  private async _event(
    type: 'keyDown' | 'keyUp' | 'rawKeyDown',
    key: IKey,
    modifiers: number,
    more: { text?: string; commands?: string[] } = {}
  ): Promise<void> {
    await this._cdp.send('Input.dispatchKeyEvent', {
      type,
      modifiers,
      code: key.code,
      key: key.key,
      windowsVirtualKeyCode: key.vk,
      location: key.location ?? (key.key.length > 1 ? 1 : 0),
      ...more
    });
  }
}

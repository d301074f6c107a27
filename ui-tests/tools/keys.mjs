/* Keyboards as real browsers report them, and how to press their keys through CDP. */

const letters = (keys, characters) =>
  [...characters].map((key, i) => ({ code: keys[i], key, vk: vkOf(keys[i], key) }));
const vkOf = (code, key) =>
  /^[A-Za-z]$/.test(key)
    ? key.toUpperCase().charCodeAt(0)
    : /^Key[A-Z]$/.test(code)
      ? code.charCodeAt(3)
      : (/^Digit(\d)$/.exec(code)?.[1].charCodeAt(0) ?? OEM[code] ?? 0);
const OEM = {
  Backquote: 192, Minus: 189, Equal: 187, BracketLeft: 219, BracketRight: 221, Backslash: 220,
  Semicolon: 186, Quote: 222, Comma: 188, Period: 190, Slash: 191, IntlBackslash: 226, Space: 32
};
const row = text => text.split(' ');
const shift = keys => keys.map(key => ({ ...key, shift: true }));
const altgr = keys => keys.map(key => ({ ...key, altgr: true }));

export const KEYBOARDS = {
  us: [
    ...letters(row('KeyQ KeyW KeyZ KeyY Digit1 Semicolon Quote Slash Space'), "qwzy1;'/ "),
    ...shift(letters(row('KeyQ Digit2 Digit3 Semicolon Backquote'), 'Q@#:~'))
  ],
  de: [
    ...letters(row('KeyY KeyZ Quote Semicolon BracketLeft Minus Slash Backslash'), 'zyäöüß-#'),
    ...shift(letters(row('KeyY Quote Digit7 Minus'), 'ZÄ/?')),
    ...altgr(letters(row('KeyQ KeyE BracketRight Digit7 Digit0 Digit8 IntlBackslash'), '@€~{}[|'))
  ],
  fr: [
    ...letters(row('KeyQ KeyA KeyW KeyZ Semicolon Digit1 Digit2 Digit7 Digit9 Digit0'), 'aqzwm&éèçà'),
    ...shift(letters(row('Digit1 Digit2 KeyQ Comma'), '12A?')),
    ...altgr(letters(row('Digit0 Digit3 Digit4 Digit6 Digit8 KeyE'), '@#{|\\€'))
  ],
  ru: [
    ...letters(
      row('KeyQ KeyW KeyE KeyA Semicolon Quote BracketLeft BracketRight Backquote Comma Period'),
      'йцуфжэхъёбю'
    ),
    ...shift(letters(row('KeyQ Semicolon Digit3 Slash'), 'ЙЖ№,'))
  ],
  uk: letters(row('KeyS Quote BracketRight Backslash'), 'іїґє').map((k, i) => k),
  el: [...letters(row('KeyA KeyV KeyJ KeyW KeyQ'), 'αωξς;'), ...shift(letters(row('KeyG'), 'Γ'))],
  pl: altgr(letters(row('KeyA KeyC KeyE KeyL KeyN KeyO KeyS KeyX KeyZ'), 'ąćęłńóśźż')),
  tr: [...letters(row('KeyI Quote Semicolon BracketLeft'), 'ıişğ'), ...shift(letters(row('Quote'), 'İ'))],
  he: letters(row('KeyT KeyC KeyD'), 'אבג'),
  ar: letters(row('KeyH KeyF KeyJ'), 'ابت')
};
KEYBOARDS.mixed = 'qйwцöéłλ'.split('').map(key => ({ code: 'KeyQ', key, vk: 81 }));

/* Alternating Latin and Cyrillic words, as somebody types who switches layouts all the time. */
const WORDS = ['hello', 'мир', 'science', 'наука', 'desktop', 'окно'];
const US = Object.fromEntries([...'abcdefghijklmnopqrstuvwxyz'].map(c => [c, `Key${c.toUpperCase()}`]));
const RU = Object.fromEntries(
  [...'йцукенгшщзфывапролдячсмить'].map((c, i) => [c, `Key${'QWERTYUIOPASDFGHJKLZXCVBNM'[i]}`])
);
export const words = count => {
  const text = Array.from({ length: count }, (_, i) => WORDS[i % WORDS.length]).join(' ');
  const all = [...text].slice(0, count).map(key => {
    const code = key === ' ' ? 'Space' : (US[key] ?? RU[key] ?? 'KeyJ');
    return { code, key, vk: vkOf(code, key) };
  });
  return all;
};

const MODIFIER = {
  alt: { bit: 1, key: 'Alt', code: 'AltLeft', vk: 18 },
  ctrl: { bit: 2, key: 'Control', code: 'ControlLeft', vk: 17 },
  meta: { bit: 4, key: 'Meta', code: 'MetaLeft', vk: 91 },
  shift: { bit: 8, key: 'Shift', code: 'ShiftLeft', vk: 16 }
};

/* Presses keys through a CDP session. `windows`: AltGr comes as Control, then AltGraph. */
export class Typist {
  constructor(cdp, { windows = false } = {}) {
    this.cdp = cdp;
    this.windows = windows;
  }

  async event(type, key, modifiers, more = {}) {
    await this.cdp.send('Input.dispatchKeyEvent', {
      type,
      modifiers,
      code: key.code,
      key: key.key,
      windowsVirtualKeyCode: key.vk,
      ...more
    });
  }

  /* One key with its modifiers: all down, all up in reverse. */
  async press(key, commands) {
    const held = [];
    let bits = 0;
    for (const name of ['ctrl', 'alt', 'shift', 'meta']) {
      if (key[name]) {
        bits |= MODIFIER[name].bit;
        await this.event('rawKeyDown', MODIFIER[name], bits, { location: 1 });
        held.unshift([MODIFIER[name], MODIFIER[name].bit]);
      }
    }
    if (key.altgr) {
      bits |= await this.altGr(held);
    }
    const shortcut = key.ctrl || key.alt || key.meta;
    const text = [...key.key].length === 1 && !shortcut ? { text: key.key } : {};
    await this.event(text.text ? 'keyDown' : 'rawKeyDown', key, bits, { ...text, commands });
    await this.event('keyUp', key, bits);
    for (const [modifier, bit] of held) {
      bits &= ~bit;
      await this.event('keyUp', modifier, bits, { location: modifier.location ?? 1 });
    }
  }

  async altGr(held) {
    const right = { key: 'AltGraph', code: 'AltRight', vk: this.windows ? 18 : 225, location: 2 };
    if (!this.windows) {
      await this.event('rawKeyDown', right, 0, { location: 2 });
      held.unshift([right, 0]);
      return 0;
    }
    await this.event('rawKeyDown', MODIFIER.ctrl, 2, { location: 1 });
    await this.event('rawKeyDown', right, 3, { location: 2 });
    held.unshift([MODIFIER.ctrl, 2]);
    held.unshift([right, 1]);
    return 3;
  }

  async type(keys, pause = 0) {
    for (const key of keys) {
      await this.press(key);
      if (pause) {
        await new Promise(done => setTimeout(done, pause));
      }
    }
  }
}

export const textOf = keys => keys.map(({ key }) => key).join('');

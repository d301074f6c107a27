/* Names: of characters, of keys without a character, and of what stands on a key. */
'use strict';

(remote => {
  const ASCII = {
    ' ': 'space',
    '!': 'exclam',
    '"': 'quotedbl',
    '#': 'numbersign',
    $: 'dollar',
    '%': 'percent',
    '&': 'ampersand',
    "'": 'apostrophe',
    '(': 'parenleft',
    ')': 'parenright',
    '*': 'asterisk',
    '+': 'plus',
    ',': 'comma',
    '-': 'minus',
    '.': 'period',
    '/': 'slash',
    ':': 'colon',
    ';': 'semicolon',
    '<': 'less',
    '=': 'equal',
    '>': 'greater',
    '?': 'question',
    '@': 'at',
    '[': 'bracketleft',
    '\\': 'backslash',
    ']': 'bracketright',
    '^': 'asciicircum',
    _: 'underscore',
    '`': 'grave',
    '{': 'braceleft',
    '|': 'bar',
    '}': 'braceright',
    '~': 'asciitilde',
    '\n': 'Return',
    '\r': 'Return',
    '\t': 'Tab',
    '\u00a0': 'space'
  };
  const NAMED = {
    Enter: 'Return',
    Tab: 'Tab',
    Backspace: 'BackSpace',
    Delete: 'Delete',
    Escape: 'Escape',
    Insert: 'Insert',
    Home: 'Home',
    End: 'End',
    PageUp: 'Prior',
    PageDown: 'Next',
    ArrowLeft: 'Left',
    ArrowRight: 'Right',
    ArrowUp: 'Up',
    ArrowDown: 'Down',
    Clear: 'Begin',
    ContextMenu: 'Menu',
    PrintScreen: 'Print',
    ScrollLock: 'Scroll_Lock',
    Pause: 'Pause'
  };
  const MODIFIERS = {
    Shift: 'Shift',
    Control: 'Control',
    Alt: 'Alt',
    Meta: 'Super',
    OS: 'Super'
  };
  /* What a US keyboard has on keys that are no letters: for shortcuts of other scripts. */
  const ON_KEY = {
    Backquote: '`',
    Minus: '-',
    Equal: '=',
    BracketLeft: '[',
    BracketRight: ']',
    Backslash: '\\',
    Semicolon: ';',
    Quote: "'",
    Comma: ',',
    Period: '.',
    Slash: '/',
    IntlBackslash: '\\',
    Space: ' '
  };
  const KEYPAD = {
    '+': 'KP_Add',
    '-': 'KP_Subtract',
    '*': 'KP_Multiply',
    '/': 'KP_Divide',
    '.': 'KP_Decimal',
    Enter: 'KP_Enter',
    '=': 'KP_Equal'
  };
  const US_SHIFT = /[A-Z!@#$%^&*()_+{}|:"<>?~]/;
  /* Layouts of a script; on others its characters are only to be found on our spare keys. */
  const SCRIPTS = [
    ['ru ua by bg rs mk kz kg tj mn', /\p{Script=Cyrillic}/u],
    ['gr', /\p{Script=Greek}/u],
    ['il', /\p{Script=Hebrew}/u],
    ['ara ir pk af', /\p{Script=Arabic}/u]
  ];
  const isCharacter = key => [...key].length === 1;
  const isLatin = character => /^[A-Za-z0-9 ]$/.test(character);
  const keysym = character =>
    isLatin(character) && character !== ' '
      ? character
      : ASCII[character] || remote.keysyms[character] || '';

  /* The Latin letter or sign on the key, whatever script the keyboard is in. */
  const latin = event => {
    if (event.key.charCodeAt(0) < 128) {
      return event.key;
    }
    const code = event.keyCode;
    if (code >= 65 && code <= 90) {
      return String.fromCharCode(event.shiftKey ? code : code + 32);
    }
    const match = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code);
    return (
      match?.[1]?.toLowerCase() ?? match?.[2] ?? ON_KEY[event.code] ?? event.key
    );
  };

  const keypadName = key =>
    /^[0-9]$/.test(key) ? `KP_${key}` : (KEYPAD[key] ?? '');

  /* Whether the layout that was asked for has this script. */
  const onAskedLayout = character => {
    const layout = remote.layout.split(/[,(]/)[0];
    const script = SCRIPTS.find(([, pattern]) => pattern.test(character));
    return layout !== '' && script?.[0].split(' ').includes(layout) !== false;
  };

  const namedKey = key => NAMED[key] ?? (/^F\d{1,2}$/.test(key) ? key : '');

  const places = new Map(
    Object.keys(remote.keysyms).map((character, index) => [character, index])
  );
  /* The level (0-3) of a character on its spare key: see apps/xkb.py. */
  const levelInMap = character =>
    places.has(character) ? places.get(character) % 4 : undefined;

  Object.assign(remote, {
    names: {
      MODIFIERS,
      US_SHIFT,
      isCharacter,
      isLatin,
      keypadName,
      keysym,
      latin,
      levelInMap,
      namedKey,
      onAskedLayout
    }
  });

  /* ---- the layout that is asked for ---- */

  const US = 'us'; // what the map has below its spare keys
  let given = ''; // by the session's option or the server's configuration
  let asked = ''; // by the user in Lab

  const choose = () => {
    const before = remote.layout || US;
    remote.layout = asked || given;
    const name = remote.layout || US;
    if (name !== before) {
      remote.client?.send([remote.packet('layout_changed'), name, '']);
    }
  };
  void remote.adopted.then(() => {
    given = remote.layout;
    choose();
  });

  remote.actions.layout = ({ value }) => {
    if (/^[\w,()-]*$/.test(value ?? '')) {
      asked = value || '';
      choose();
    }
  };
})(window.jupyterRemote);

/* Keys and characters, without guessing a layout.
 *
 * The browser knows which character a key means; the X server's map has a key for each of
 * them (apps/xkb.py). So a character travels as the name of its keysym, alone; together with
 * Ctrl, Alt or Meta a key travels as the Latin letter on it, as programs expect. What has no
 * keysym in the map (CJK, emoji) is inserted through the clipboard. Key events never reach the
 * client's own handlers.
 */
'use strict';

(remote => {
  const ASCII = {
    ' ': 'space', '!': 'exclam', '"': 'quotedbl', '#': 'numbersign', $: 'dollar', '%': 'percent',
    '&': 'ampersand', "'": 'apostrophe', '(': 'parenleft', ')': 'parenright', '*': 'asterisk',
    '+': 'plus', ',': 'comma', '-': 'minus', '.': 'period', '/': 'slash', ':': 'colon',
    ';': 'semicolon', '<': 'less', '=': 'equal', '>': 'greater', '?': 'question', '@': 'at',
    '[': 'bracketleft', '\\': 'backslash', ']': 'bracketright', '^': 'asciicircum',
    _: 'underscore', '`': 'grave', '{': 'braceleft', '|': 'bar', '}': 'braceright',
    '~': 'asciitilde', '\n': 'Return', '\r': 'Return', '\t': 'Tab', '\u00a0': 'space'
  };
  const NAMED = {
    Enter: 'Return', Tab: 'Tab', Backspace: 'BackSpace', Delete: 'Delete', Escape: 'Escape',
    Insert: 'Insert', Home: 'Home', End: 'End', PageUp: 'Prior', PageDown: 'Next',
    ArrowLeft: 'Left', ArrowRight: 'Right', ArrowUp: 'Up', ArrowDown: 'Down', Clear: 'Begin',
    ContextMenu: 'Menu', PrintScreen: 'Print', ScrollLock: 'Scroll_Lock', Pause: 'Pause'
  };
  const MODIFIERS = {
    Shift: 'Shift', Control: 'Control', Alt: 'Alt', Meta: 'Super', OS: 'Super'
  };
  /* What a US keyboard has on keys that are no letters: for shortcuts of other scripts. */
  const ON_KEY = {
    Backquote: '`', Minus: '-', Equal: '=', BracketLeft: '[', BracketRight: ']',
    Backslash: '\\', Semicolon: ';', Quote: "'", Comma: ',', Period: '.', Slash: '/',
    IntlBackslash: '\\', Space: ' '
  };
  const KEYPAD = {
    '+': 'KP_Add', '-': 'KP_Subtract', '*': 'KP_Multiply', '/': 'KP_Divide', '.': 'KP_Decimal',
    Enter: 'KP_Enter', '=': 'KP_Equal'
  };
  const US_SHIFT = /[A-Z!@#$%^&*()_+{}|:"<>?~]/;
  /* Layouts of a script; on others its characters are only to be found on our spare keys. */
  const SCRIPTS = [
    ['ru ua by bg rs mk kz kg tj mn', /\p{Script=Cyrillic}/u],
    ['gr', /\p{Script=Greek}/u],
    ['il', /\p{Script=Hebrew}/u],
    ['ara ir pk af', /\p{Script=Arabic}/u]
  ];
  const COMPOSING = ['Process', 'Dead', 'Unidentified'];
  const agent = `${navigator.userAgentData?.platform ?? ''} ${navigator.platform} ${navigator.userAgent}`;
  const onMac = /Mac|iPhone|iPad/.test(agent);
  const onWindows = /Win/.test(agent);

  const levels = new Map(); // character -> the modifiers of its key in our map
  Object.keys(remote.keysyms).forEach((character, index) => levels.set(character, index % 4));
  const down = new Map(); // code of a key that is held -> packet fields to release it with
  let altGraph = false; // held
  let pendingControl = null; // Windows says Control before AltGr: wait for what follows

  const isCharacter = key => [...key].length === 1;
  const isLatin = character => /^[A-Za-z0-9 ]$/.test(character);
  const keysym = character =>
    isLatin(character) && character !== ' '
      ? character
      : ASCII[character] || remote.keysyms[character] || '';

  /* ---- packets ---- */

  const client = () => remote.client;
  const modifierName = (field, usual) => client()?.[field] || usual;
  const alt = () => modifierName('alt_modifier', 'mod1');
  const meta = () => modifierName('meta_modifier', 'mod4');
  const altgr = () => modifierName('altgr_modifier', 'mod5');

  let queue = null; // packets that wait for the clipboard
  const send = (name, pressed, modifiers) => {
    const value = isCharacter(name) ? name.codePointAt(0) : 0;
    const packet = [remote.packet('key_action'), 0, name, pressed, modifiers, value, name, value, 0];
    if (queue) {
      queue.push(packet);
    } else {
      deliver(packet);
    }
  };
  const deliver = packet => {
    const window = client()?.topwindow;
    if (window !== null && window !== undefined) {
      packet[1] = window;
      client().send(packet);
    }
  };

  /* Send no key until `ready`: what is pasted must be there before the key that pastes it. */
  remote.holdKeys = ready => {
    queue ??= [];
    const mine = queue;
    void ready.finally(() => {
      if (queue === mine) {
        queue = null;
        mine.forEach(deliver);
      }
    });
  };

  const tap = (name, modifiers) => {
    send(name, true, modifiers);
    send(name, false, modifiers);
  };
  remote.tap = tap;

  /* The modifiers under which a character stands on its key in our map, whose Latin part is
   * the US layout. In a layout that was asked for, they are those that the user holds. */
  const levelOf = (character, event) => {
    const level = levels.get(character);
    let shift = level === undefined ? US_SHIFT.test(character) : level % 2 === 1;
    let third = level >= 2;
    if (event && onAskedLayout(character)) {
      shift = event.shiftKey;
      third = madeByAltGr(event);
    }
    return [...(shift ? ['shift'] : []), ...(third ? [altgr()] : [])];
  };

  const onAskedLayout = character => {
    const layout = remote.layout.split(/[,(]/)[0];
    const script = SCRIPTS.find(([, pattern]) => pattern.test(character));
    return layout !== '' && script?.[0].split(' ').includes(layout) !== false;
  };

  /* Type a text: its characters one by one, or by pasting when one of them has no key. */
  remote.type = text => {
    const characters = [...text];
    if (characters.every(keysym)) {
      characters.forEach(character => tap(keysym(character), levelOf(character)));
    } else {
      remote.paste(text, true);
    }
  };

  /* ---- what a key event means ---- */

  const held = event => {
    const names = [];
    const control = onMac ? event.metaKey : event.ctrlKey;
    const other = onMac ? event.ctrlKey : event.metaKey;
    for (const [on, name] of [
      [event.shiftKey, 'shift'],
      [control, 'control'],
      [event.altKey, alt()],
      [other, meta()]
    ]) {
      if (on) {
        names.push(name);
      }
    }
    return names;
  };

  /* A character that AltGr (Windows: Ctrl+Alt; macOS: Option) made, and no shortcut. */
  const madeByAltGr = event => {
    if (event.metaKey) {
      return false;
    }
    if (altGraph || event.getModifierState('AltGraph')) {
      return true;
    }
    if (onMac) {
      return event.altKey && !event.ctrlKey;
    }
    return event.ctrlKey && event.altKey && !isLatin(event.key);
  };

  const isShortcut = event =>
    (event.ctrlKey || event.altKey || event.metaKey) && !madeByAltGr(event);

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
    return match?.[1]?.toLowerCase() ?? match?.[2] ?? ON_KEY[event.code] ?? event.key;
  };

  /* -> {name, modifiers, hold}; null for a key that means nothing here */
  const meaning = event => {
    const { key, code } = event;
    const keypad = code.startsWith('Numpad') ? keypadName(key) : '';
    if (keypad) {
      return { name: keypad, modifiers: held(event), hold: true };
    }
    if (isCharacter(key)) {
      if (isShortcut(event)) {
        return { name: keysym(latin(event)), modifiers: held(event), hold: true };
      }
      const name = keysym(key);
      return name && { name, modifiers: levelOf(key, event), hold: isLatin(key) };
    }
    if (key in MODIFIERS) {
      return { name: modifierKey(event), modifiers: held(event), hold: true };
    }
    if (key === 'Tab' && event.shiftKey) {
      return { name: 'ISO_Left_Tab', modifiers: held(event), hold: true };
    }
    const name = NAMED[key] ?? (/^F\d{1,2}$/.test(key) ? key : '');
    return name ? { name, modifiers: held(event), hold: true } : null;
  };

  const keypadName = key => (/^[0-9]$/.test(key) ? `KP_${key}` : (KEYPAD[key] ?? ''));

  const modifierKey = event => {
    let name = MODIFIERS[event.key];
    if (onMac && (name === 'Super' || name === 'Control')) {
      name = name === 'Super' ? 'Control' : 'Super';
    }
    return `${name}_${event.location === 2 ? 'R' : 'L'}`;
  };

  /* ---- events ---- */

  const isOurs = event => client()?.connected && !event.defaultPrevented;

  const onKeyDown = event => {
    event.stopImmediatePropagation();
    if (!isOurs(event) || event.isComposing || COMPOSING.includes(event.key)) {
      return;
    }
    if (event.ctrlKey && event.altKey && event.code === 'Home') {
      event.preventDefault();
      release();
      remote.post('release');
      return;
    }
    if (event.key === 'AltGraph') {
      altGraph = true;
      dropControl(); // it was half of AltGr
      event.preventDefault();
      return;
    }
    flushControl();
    if (onWindows && event.code === 'ControlLeft' && !event.repeat) {
      pendingControl = { timer: setTimeout(flushControl, 40) };
      return;
    }
    press(event);
  };

  const press = event => {
    const pastes = remote.isPaste(event);
    if (pastes) {
      remote.holdKeys(remote.nextPaste());
    } else {
      event.preventDefault();
    }
    const found = meaning(event);
    if (found === '') {
      remote.type(event.key);
    } else if (found?.name) {
      const { name, modifiers, hold } = found;
      send(name, true, modifiers);
      // macOS keeps the release of keys under Cmd to itself
      if (!hold || (onMac && event.metaKey && isCharacter(event.key))) {
        send(name, false, modifiers);
      } else {
        down.set(event.code, { name, modifiers });
      }
    }
  };

  const onKeyUp = event => {
    event.stopImmediatePropagation();
    altGraph &&= event.key !== 'AltGraph';
    flushControl();
    const key = down.get(event.code);
    if (key) {
      event.preventDefault();
      down.delete(event.code);
      send(key.name, false, event.key in MODIFIERS ? held(event) : key.modifiers);
    }
  };

  const flushControl = () => {
    if (pendingControl) {
      clearTimeout(pendingControl.timer);
      pendingControl = null;
      send('Control_L', true, ['control']);
      down.set('ControlLeft', { name: 'Control_L', modifiers: [] });
    }
  };

  const dropControl = () => {
    clearTimeout(pendingControl?.timer);
    pendingControl = null;
    const sent = down.get('ControlLeft');
    if (sent) {
      down.delete('ControlLeft');
      send(sent.name, false, []);
    }
  };

  /* Let go of everything: the frame loses the keyboard and will not hear of releases. */
  const release = () => {
    clearTimeout(pendingControl?.timer);
    pendingControl = null;
    for (const { name } of down.values()) {
      send(name, false, []);
    }
    down.clear();
    altGraph = false;
  };
  remote.releaseKeys = release;

  window.addEventListener('keydown', onKeyDown, true);
  window.addEventListener('keyup', onKeyUp, true);
  window.addEventListener('keypress', event => event.stopImmediatePropagation(), true);
  window.addEventListener('blur', release);

  /* ---- composed text: dead keys, input methods, keyboards of phones ---- */

  const input = document.createElement('textarea');
  input.id = 'jr-input';
  input.setAttribute('aria-label', 'Keyboard input of the desktop');
  input.autocapitalize = 'off';
  input.autocomplete = 'off';
  input.spellcheck = false;
  remote.focus = () => input.focus({ preventScroll: true });

  input.addEventListener('compositionend', event => {
    input.value = '';
    if (event.data) {
      remote.type(event.data);
    }
  });
  input.addEventListener('input', event => {
    if (!event.isComposing && !/Composition/.test(event.inputType)) {
      input.value = '';
      if (event.data && event.inputType === 'insertText') {
        remote.type(event.data);
      }
    }
  });

  document.addEventListener('DOMContentLoaded', () => {
    document.body.append(input);
    const old = document.getElementById('pasteboard');
    if (old) {
      old.focus = () => undefined; // the client's own catcher of keys takes the focus for ever
      old.tabIndex = -1;
    }
    remote.focus();
    window.addEventListener('focus', remote.focus);
    window.addEventListener('pointerdown', () => setTimeout(remote.focus), true);
  });

  remote.actions.focus = remote.focus;
  remote.actions.blur = release;
  remote.actions.layout = ({ value }) => {
    if (/^[\w,()-]*$/.test(value ?? '')) {
      remote.layout = value || '';
      client()?.send([remote.packet('layout_changed'), value || 'us', '']);
    }
  };
})(window.jupyterRemote);

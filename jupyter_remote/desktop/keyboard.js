/* Keys and characters, without guessing a layout.
 *
 * The browser knows which character a key means; the X server's map has a key for each of them
 * (apps/xkb.py). So a character travels as the name of its keysym, alone; with Ctrl, Alt or Meta
 * a key travels as the Latin letter on it, as programs expect. What has no keysym in the map
 * (CJK, emoji) goes through the clipboard. The client's own handlers see no key.
 */
'use strict';

(remote => {
  const {
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
  } = remote.names;
  const COMPOSING = ['Process', 'Dead', 'Unidentified'];
  const agent = `${navigator.userAgentData?.platform ?? ''} ${navigator.platform} ${navigator.userAgent}`;
  const onMac = /Mac|iPhone|iPad/.test(agent);
  const onWindows = /Win/.test(agent);

  const down = new Map(); // code of a key that is held -> packet fields to release it with
  let altGraph = false; // held
  let pendingControl = null; // Windows says Control before AltGr: wait for what follows

  /* ---- packets ---- */

  const client = () => remote.client;
  const modifierName = (field, usual) => client()?.[field] || usual;
  const alt = () => modifierName('alt_modifier', 'mod1');
  const meta = () => modifierName('meta_modifier', 'mod4');
  const altgr = () => modifierName('altgr_modifier', 'mod5');

  let queue = null; // packets that wait for the clipboard
  const send = (name, pressed, modifiers) => {
    const value = isCharacter(name) ? name.codePointAt(0) : 0;
    const packet = [remote.packet('key_action'), 0, name, pressed, modifiers];
    packet.push(value, name, value, 0);
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
    const level = levelInMap(character);
    let shift =
      level === undefined ? US_SHIFT.test(character) : level % 2 === 1;
    let third = level >= 2;
    if (event && onAskedLayout(character)) {
      shift = event.shiftKey;
      third = madeByAltGr(event);
    }
    return [...(shift ? ['shift'] : []), ...(third ? [altgr()] : [])];
  };

  /* Type a text: its characters one by one, or by pasting when one of them has no key. */
  remote.type = text => {
    const characters = [...text];
    if (characters.every(keysym)) {
      characters.forEach(character =>
        tap(keysym(character), levelOf(character))
      );
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

  /* -> {name, modifiers, hold}; null for a key that means nothing here */
  const meaning = event => {
    const { key, code } = event;
    const keypad = code.startsWith('Numpad') ? keypadName(key) : '';
    if (keypad) {
      return { name: keypad, modifiers: held(event), hold: true };
    }
    if (isCharacter(key)) {
      if (isShortcut(event)) {
        return {
          name: keysym(latin(event)),
          modifiers: held(event),
          hold: true
        };
      }
      const name = keysym(key);
      return (
        name && { name, modifiers: levelOf(key, event), hold: isLatin(key) }
      );
    }
    if (key in MODIFIERS) {
      return { name: modifierKey(event), modifiers: held(event), hold: true };
    }
    if (key === 'Tab' && event.shiftKey) {
      return { name: 'ISO_Left_Tab', modifiers: held(event), hold: true };
    }
    const name = namedKey(key);
    return name ? { name, modifiers: held(event), hold: true } : null;
  };

  const modifierKey = event => {
    let name = MODIFIERS[event.key];
    if (onMac && (name === 'Super' || name === 'Control')) {
      name = name === 'Super' ? 'Control' : 'Super';
    }
    return `${name}_${event.location === 2 ? 'R' : 'L'}`;
  };

  /* ---- events ---- */

  const isOurs = event => client()?.connected && !event.isComposing;

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
      if (event.repeat && event.key in MODIFIERS) {
        return;
      }
      if (down.get(event.code)?.name === name) {
        send(name, false, modifiers); // the X server repeats no key by itself
      }
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
      send(
        key.name,
        false,
        event.key in MODIFIERS ? held(event) : key.modifiers
      );
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
  const swallow = event => event.stopImmediatePropagation();
  window.addEventListener('keypress', swallow, true);
  window.addEventListener('blur', release);

  remote.actions.blur = release;
})(window.jupyterRemote);

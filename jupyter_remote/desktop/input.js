/* Composed text: dead keys, input methods, keyboards of phones; and who has the focus.
 *
 * A text field that nobody sees has the focus, because browsers compose only in one.
 */
'use strict';

(remote => {
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
      old.setAttribute('aria-hidden', 'true');
    }
    if (!remote.parked && !window.frameElement?.closest('[inert]')) {
      remote.focus(); // a page that waits leaves the keyboard to Lab
    }
    window.addEventListener('focus', remote.focus);
    window.addEventListener(
      'pointerdown',
      () => setTimeout(remote.focus),
      true
    );
  });

  remote.actions.focus = remote.focus;
})(window.jupyterRemote);

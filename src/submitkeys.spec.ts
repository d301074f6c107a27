import { enterMeans } from './submitkeys';

function press(tag: string, changes: Partial<KeyboardEvent> = {}) {
  return enterMeans({
    key: 'Enter',
    ctrlKey: false,
    metaKey: false,
    repeat: false,
    target: document.createElement(tag),
    ...changes
  });
}

describe('enterMeans', () => {
  it('submits with Ctrl only, and once', () => {
    for (const tag of ['input', 'div', 'button']) {
      expect(press(tag, { ctrlKey: true })).toBe('submit');
      expect(press(tag, { metaKey: true })).toBe('submit');
      expect(press(tag, { ctrlKey: true, repeat: true })).toBe('nothing');
    }
  });

  it('keeps the browser from submitting', () => {
    expect(press('input')).toBe('nothing');
    expect(press('input', { repeat: true })).toBe('nothing');
    expect(press('button', { repeat: true })).toBe('nothing');
  });

  it('leaves other keys, buttons and lines of the editor alone', () => {
    expect(press('input', { key: 'a', ctrlKey: true })).toBe('');
    expect(press('button')).toBe('');
    expect(press('div', { repeat: true })).toBe('');
  });
});

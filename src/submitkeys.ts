/** A key press, as the browser or React tells it. */
export interface IKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  readonly target: EventTarget | null;
}

/** Where a held key would press a button again and again. */
const BUTTONS = ['BUTTON', 'SELECT', 'SUMMARY'];

/**
 * What a key means to the form: it submits, nothing happens, or (empty) the
 * element has it. Browsers submit a form on Enter in any of its inputs.
 */
export function enterMeans(press: IKey): 'submit' | 'nothing' | '' {
  if (press.key !== 'Enter') {
    return '';
  }
  if (press.ctrlKey || press.metaKey) {
    return press.repeat ? 'nothing' : 'submit';
  }
  const tag = press.target instanceof Element ? press.target.tagName : '';
  const held = press.repeat && BUTTONS.includes(tag);
  return tag === 'INPUT' || held ? 'nothing' : '';
}

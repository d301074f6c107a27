import { Widget } from '@lumino/widgets';

/** A text to copy, or a place to paste one, for the body of a dialog. */
export class TextArea extends Widget {
  constructor(options: ITextAreaOptions) {
    super();
    this.addClass('jp-RemoteTextArea');
    const label = document.createElement('label');
    label.textContent = options.label;
    this._area.className = 'jp-mod-styled';
    this._area.value = options.text;
    this._area.readOnly = options.readOnly;
    this._area.rows = 8;
    this._area.spellcheck = false;
    this._area.addEventListener('focus', () => {
      this._area.select();
    });
    // Enter is a new line here, not the dialog's default button.
    this._area.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.stopPropagation();
      }
    });
    label.appendChild(this._area);
    this.node.appendChild(label);
  }

  getValue(): string {
    return this._area.value;
  }

  private readonly _area = document.createElement('textarea');
}

/** Options of a text area. */
export interface ITextAreaOptions {
  readonly label: string;
  readonly text: string;
  readonly readOnly: boolean;
}

import type { Dialog } from '@jupyterlab/apputils';
import { DOMUtils } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

/** A choice from a list that is filtered by what is typed; anything may be typed. */
export class AppChoice extends ReactWidget implements Dialog.IBodyWidget {
  constructor(
    private readonly _label: string,
    private readonly _hint: string,
    private readonly _items: readonly string[]
  ) {
    super();
    this.id = DOMUtils.createDomID();
    this.addClass('jp-RemoteEverest-choice');
  }

  getValue(): string {
    return this._value.trim();
  }

  protected override render(): React.JSX.Element {
    const list = `${this.id}-list`;
    return (
      <label>
        <span>{this._label}</span>
        <input
          className="jp-mod-styled"
          list={list}
          placeholder={this._hint}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            this._value = event.target.value;
          }}
        />
        <datalist id={list}>
          {this._items.map(item => (
            <option key={item} value={item} />
          ))}
        </datalist>
      </label>
    );
  }

  private _value = '';
}

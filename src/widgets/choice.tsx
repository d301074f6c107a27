import { HTMLSelect, VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IChoice } from '../choices';
import type { TabModel } from '../tabmodel';

/** A drop-down list in the toolbar of a tab. */
export class Choice extends VDomRenderer<TabModel> {
  constructor(
    model: TabModel,
    private readonly _options: IChoiceOptions
  ) {
    super(model);
    this.addClass('jp-RemoteChoice');
  }

  protected override render(): React.JSX.Element {
    const { label, choices, value, choose } = this._options;
    return (
      <HTMLSelect
        value={value()}
        aria-label={label}
        title={label}
        disabled={this.model.phase !== 'open'}
        onChange={event => {
          choose(event.target.value);
        }}
      >
        {choices.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </HTMLSelect>
    );
  }
}

/** Options of a drop-down list. */
export interface IChoiceOptions {
  readonly label: string;
  readonly choices: readonly IChoice[];
  readonly value: () => string;
  readonly choose: (value: string) => void;
}

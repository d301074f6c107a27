import type { TranslationBundle } from '@jupyterlab/translation';
import { keyboardIcon, VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { TabModel } from '../tabmodel';

/** Says, while a desktop has the keyboard, how to get it back. */
export class KeyboardHint extends VDomRenderer<TabModel> {
  constructor(
    model: TabModel,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteHint');
    this.node.setAttribute('role', 'status');
  }

  protected override render(): React.JSX.Element | null {
    const { captured, phase } = this.model;
    if (!captured || phase !== 'open') {
      return null;
    }
    return (
      <div className="jp-RemoteHint-text">
        <keyboardIcon.react tag="span" width="14px" aria-hidden="true" />
        {this._trans.__('Keys go to the desktop. Ctrl+Alt+Home: back to Lab')}
      </div>
    );
  }
}

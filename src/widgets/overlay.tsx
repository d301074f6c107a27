import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { TabModel } from '../tabmodel';
import { Broken } from './broken';
import { Ended } from './ended';
import type { IOverlayActions } from './progress';
import { Progress } from './progress';

/** What lies over the frame of a tab while there is nothing to use in it. */
export class Overlay extends VDomRenderer<TabModel> {
  constructor(
    model: TabModel,
    private readonly _actions: IOverlayActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteOverlay');
  }

  protected override render(): React.JSX.Element {
    const props = {
      model: this.model,
      actions: this._actions,
      trans: this._trans
    };
    return (
      <>
        <div className="jp-RemoteHidden" role="status" aria-live="polite">
          {this._announcement()}
        </div>
        {this._card(props)}
      </>
    );
  }

  private _card(
    props: React.ComponentProps<typeof Progress>
  ): React.JSX.Element {
    switch (this.model.phase) {
      case 'open':
        return <></>;
      case 'broken':
        return <Broken {...props} />;
      case 'ended':
      case 'forgotten':
      case 'refused':
        return <Ended {...props} />;
      case 'stopping':
        return this._stopping();
      default:
        return <Progress {...props} />;
    }
  }

  private _stopping(): React.JSX.Element {
    return (
      <div className="jp-RemoteCard" data-phase="stopping">
        <h2>{this._trans.__('Stopping %1…', this.model.name)}</h2>
      </div>
    );
  }

  /** What changed, for people who do not see the card. */
  private _announcement(): string {
    const { name, phase } = this.model;
    switch (phase) {
      case 'open':
        return this._trans.__('%1 is open', name);
      case 'ended':
      case 'forgotten':
        return this._trans.__('%1 has ended', name);
      case 'refused':
        return this._trans.__('%1 could not be started', name);
      case 'broken':
        return this._trans.__('Connection to %1 lost', name);
      default:
        return this._trans.__('%1 is on its way', name);
    }
  }
}

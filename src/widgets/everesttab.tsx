import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { AppsModel } from '../everestappsmodel';
import type { AppFormModel } from '../everestmodel';
import { everestIcon } from '../icons';
import type { IPickActions } from '../pickfiles';
import { AppPane } from './everestapp';
import { AppList } from './everestlist';
import { FormTab, FormView } from './formtab';
import type { IOutcomeActions } from './submitoutcome';

/** What the buttons of the tab do beyond it. */
export interface IAppsActions extends IOutcomeActions, IPickActions {
  readonly submit: (form: AppFormModel) => Promise<void>;
  readonly addAccount: () => void;
}

/** What the parts of the tab show and do. */
export interface IAppsProps {
  readonly model: AppsModel;
  readonly actions: IAppsActions;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

/** The tab with the applications of an account. */
export class EverestTab extends FormTab<EverestView> {
  constructor(props: Omit<IAppsProps, 'trans'>, translator: ITranslator) {
    const trans = translator.load('jupyter_remote');
    const { model } = props;
    const view = new EverestView({ ...props, trans });
    super(view, translator, everestIcon, () => {
      const app = model.form?.app;
      const shown = app ? app.name || app.alias : model.chosen;
      return {
        label: shown || trans.__('Applications: %1', model.server),
        caption: trans.__('Everest applications of %1', model.server)
      };
    });
  }
}

/** List and form, as the model says. */
export class EverestView extends FormView<AppsModel> {
  constructor(private readonly _props: IAppsProps) {
    super(_props.model, 'input');
    this.addClass('jp-RemoteApps');
  }

  protected override drops(
    name: string
  ): ((paths: readonly string[]) => void) | null {
    const { form } = this.model;
    const port = form?.app.inputs.find(one => one.name === name);
    if (!form || !port) {
      return null;
    }
    return paths => {
      void this._props.actions.dropped(paths).then(files => {
        form.addFiles(port, files);
      });
    };
  }

  protected override render(): React.JSX.Element {
    return (
      <div className="jp-RemoteApps-body">
        <AppList {...this._props} />
        <AppPane {...this._props} />
      </div>
    );
  }
}

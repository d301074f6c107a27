import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Poll } from '@lumino/polling';
import * as React from 'react';

import { jobsIcon } from '../icons';
import type { IRemoteJobs } from '../tokens';
import { JobsList } from './jobslist';

/** While somebody looks the server is told so this often, in ms. */
const LOOK = 20_000;

/** The tab "Jobs". */
export class JobsTab extends MainAreaWidget<JobsView> {
  constructor(
    jobs: IRemoteJobs,
    showLog: (key: string) => void,
    translator: ITranslator
  ) {
    const trans = translator.load('jupyter_remote');
    super({ content: new JobsView({ jobs, showLog, trans }), translator });
    this.toolbar.hide();
    this.title.label = trans.__('Jobs');
    this.title.caption = trans.__('Your jobs on all backends');
    this.title.icon = jobsIcon;
    this.title.closable = true;
  }
}

/** What the list needs. */
export interface IJobsOptions {
  readonly jobs: IRemoteJobs;
  /** Show the log of the job with this key. */
  readonly showLog: (key: string) => void;
  readonly trans: TranslationBundle;
}

/** All jobs, fresh while they are visible. */
export class JobsView extends ReactWidget {
  constructor(private readonly _options: IJobsOptions) {
    super();
    this.addClass('jp-RemoteJobs');
    this._poll = new Poll({
      auto: false,
      factory: () => _options.jobs.look(),
      frequency: { interval: LOOK, backoff: true, max: 4 * LOOK },
      name: 'jupyterlab-remote:look-at-jobs',
      standby: () => (this.isVisible ? 'when-hidden' : true)
    });
    _options.jobs.open();
    void this._poll.start();
  }

  override dispose(): void {
    this._poll.dispose();
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    void this._poll.refresh();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    void this._poll.refresh();
    this.update();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[role="grid"]')?.focus();
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal
        signal={this._options.jobs.changed}
        shouldUpdate={() => this.isVisible}
      >
        {() => <JobsList {...this._options} all={this._options.jobs.all} />}
      </UseSignal>
    );
  }

  private readonly _poll: Poll;
}

import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { CommandIDs } from '../commandids';
import { jobsIcon } from '../icons';
import { counts } from '../jobcounts';
import { countWords } from '../jobview';
import type { IRemoteJobs } from '../tokens';

/** What the line needs. */
export interface IJobCountOptions {
  readonly jobs: IRemoteJobs;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The way to the list of jobs, and how many of them run and wait. */
export class JobCount extends ReactWidget {
  constructor(private readonly _options: IJobCountOptions) {
    super();
    this.addClass('jp-RemoteJobCount');
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._options.jobs.open();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._options.jobs.open();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this._options.jobs.changed}>
        {() => this._line()}
      </UseSignal>
    );
  }

  private _line(): React.JSX.Element {
    const { jobs, commands, trans } = this._options;
    const { running, waiting } = counts(jobs.all);
    const none = running + waiting === 0;
    return (
      <button
        className="jp-RemoteJobCount-button"
        title={trans.__('Show Jobs')}
        onClick={() => void commands.execute(CommandIDs.showJobs)}
      >
        <jobsIcon.react tag="span" width="16px" aria-hidden="true" />
        {none
          ? trans.__('Jobs')
          : trans.__('Jobs: %1', countWords(jobs.all, trans))}
      </button>
    );
  }
}

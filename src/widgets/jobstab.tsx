import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';

import { jobsIcon } from '../icons';
import type { JobDesk } from '../jobdesk';
import { JobListModel } from '../joblistmodel';
import type { IRemoteJobs, IRemoteSettings } from '../tokens';
import { JobsList } from './jobslist';

/** What the list needs. */
export interface IJobsOptions {
  readonly jobs: IRemoteJobs;
  readonly desk: JobDesk;
  readonly settings: IRemoteSettings;
  readonly commands: CommandRegistry;
}

/** The tab "Jobs". */
export class JobsTab extends MainAreaWidget<JobsView> {
  constructor(options: IJobsOptions, translator: ITranslator) {
    const trans = translator.load('jupyter_remote');
    super({ content: new JobsView({ ...options, trans }), translator });
    this.toolbar.hide();
    this.title.label = trans.__('Jobs');
    this.title.caption = trans.__('Your jobs on all backends');
    this.title.icon = jobsIcon;
    this.title.closable = true;
  }
}

/** All jobs, fresh while they are visible. */
export class JobsView extends ReactWidget {
  constructor(
    private readonly _options: IJobsOptions & {
      readonly trans: TranslationBundle;
    }
  ) {
    super();
    const { jobs, desk, trans } = _options;
    this.addClass('jp-RemoteJobs');
    this.model = new JobListModel(jobs, desk, trans, () => this.isVisible);
    this._look = desk.look.add(() => (this.isVisible ? 'list' : 'away'));
    jobs.open();
  }

  readonly model: JobListModel;

  override dispose(): void {
    this._look.dispose();
    this.model.dispose();
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._looked();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._looked();
  }

  protected override onResize(msg: Widget.ResizeMessage): void {
    super.onResize(msg);
    this.update();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[role="treegrid"]')?.focus();
  }

  protected override render(): React.JSX.Element {
    const { commands, settings, trans } = this._options;
    const { model } = this;
    const run = (command: string, job?: string) =>
      void commands.execute(command, job === undefined ? {} : { job });
    return (
      <UseSignal signal={settings.changed}>
        {() => (
          <UseSignal signal={model.changed} shouldUpdate={() => this.isVisible}>
            {() => (
              <JobsList
                {...{ model, settings, run, trans }}
                width={this.node.clientWidth}
              />
            )}
          </UseSignal>
        )}
      </UseSignal>
    );
  }

  private _looked(): void {
    this._options.desk.look.refresh();
    this.model.refresh();
    this.update();
  }

  private readonly _look: IDisposable;
}

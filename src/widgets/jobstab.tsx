import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';

import { jobsIcon } from '../icons';
import type { JobDesk } from '../jobdesk';
import type { IListedJobs } from '../joblistmodel';
import { JobListModel } from '../joblistmodel';
import type { IRemoteJobs, IRemoteSettings } from '../tokens';
import { NowOrFinished } from './history';
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
    this.model.changed.connect(this._onModel, this);
    this._look = desk.look.add(() => (this.isVisible ? 'list' : 'away'));
    jobs.open();
  }

  /** What is there now, on screen or not. */
  readonly model: JobListModel;

  /** Emitted when another list is on screen, or it has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The list on screen: what the keys and the palette are about. */
  get shown(): JobListModel<IListedJobs> {
    return this._finished ?? this.model;
  }

  /** The list of what ended, while it is on screen. */
  set finished(finished: JobListModel<IListedJobs> | null) {
    this._finished = finished;
    finished?.changed.connect(this._onModel, this);
    this._changed.emit();
  }

  override dispose(): void {
    this._look.dispose();
    this.model.dispose();
    super.dispose();
    Signal.clearData(this);
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
    const { jobs, desk, commands, settings, trans } = this._options;
    const { model } = this;
    const width = this.node.clientWidth;
    const show = this._show;
    const run = (command: string, job?: string) =>
      void commands.execute(command, job === undefined ? {} : { job });
    return (
      <UseSignal signal={settings.changed}>
        {() => (
          <UseSignal signal={model.changed} shouldUpdate={() => this.isVisible}>
            {() => (
              <NowOrFinished {...{ jobs, desk, run, show, width, trans }}>
                <JobsList {...{ model, settings, run, width, trans }} />
              </NowOrFinished>
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

  private readonly _show = (finished: JobListModel<IListedJobs> | null) => {
    this.finished = finished;
  };

  private readonly _onModel = (): void => {
    this._changed.emit();
  };

  private readonly _changed = new Signal<this, void>(this);
  private _finished: JobListModel<IListedJobs> | null = null;
  private readonly _look: IDisposable;
}

import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { duration } from '../format';
import { jobsIcon } from '../icons';
import { counts } from '../jobcounts';
import { countWords, grouped } from '../jobview';
import type { IRemoteJobs } from '../tokens';
import { Sparkline } from './sparkline';

/** Options of the item. */
export interface IJobStatusOptions {
  readonly jobs: IRemoteJobs;
  readonly open: () => void;
  readonly trans: TranslationBundle;
}

/** "2 running, 5 waiting"; a click opens the list, hovering shows how it was. */
export class JobStatus extends ReactWidget {
  constructor(private readonly _options: IJobStatusOptions) {
    super();
    this.addClass('jp-mod-highlighted');
    this.addClass('jp-RemoteStatus');
    this.addClass('jp-RemoteJobStatus');
  }

  protected override onBeforeHide(msg: Message): void {
    this._hidePopup();
    super.onBeforeHide(msg);
  }

  protected override onBeforeDetach(msg: Message): void {
    this._hidePopup();
    super.onBeforeDetach(msg);
  }

  protected override render(): React.JSX.Element {
    const { jobs, open, trans } = this._options;
    return (
      <UseSignal signal={jobs.changed}>
        {() => (
          <button
            className="jp-RemoteStatus-button"
            aria-label={trans.__('Jobs: %1', countWords(jobs.all, trans))}
            onClick={() => {
              this._hidePopup();
              open();
            }}
            onMouseEnter={this._showPopup}
            onMouseLeave={this._hidePopup}
            onFocus={this._showPopup}
            onBlur={this._hidePopup}
          >
            <jobsIcon.react tag="span" width="14px" aria-hidden="true" />
            {countWords(jobs.all, trans)}
          </button>
        )}
      </UseSignal>
    );
  }

  private readonly _showPopup = (): void => {
    if (!this._popup) {
      const { left, top } = this.node.getBoundingClientRect();
      this._popup = new JobTrend(this._options);
      this._popup.node.style.left = `${left}px`;
      this._popup.node.style.bottom = `${window.innerHeight - top + 4}px`;
      Widget.attach(this._popup, document.body);
    }
  };

  private readonly _hidePopup = (): void => {
    this._popup?.dispose();
    this._popup = null;
  };

  private _popup: JobTrend | null = null;
}

/** How many ran, as a line. */
class JobTrend extends ReactWidget {
  constructor(private readonly _options: IJobStatusOptions) {
    super();
    this.addClass('jp-ThemedContainer');
    this.addClass('jp-RemoteJobTrend');
    this.node.setAttribute('role', 'tooltip');
  }

  protected override render(): React.JSX.Element {
    const { jobs, trans } = this._options;
    return (
      <UseSignal signal={jobs.changed}>
        {() => {
          const { trend, all, backends } = jobs;
          const { running, waiting } = counts(all);
          const since = (Date.now() - (trend[0]?.[0] ?? NaN)) / 1000;
          const silent = [...backends].filter(([, { silent: why }]) => why);
          return (
            <>
              <p>
                <strong>{trans.__('%1 running', grouped(running))}</strong>
                {', '}
                {trans.__('%1 waiting', grouped(waiting))}
              </p>
              <Sparkline
                trend={trend}
                width={200}
                height={40}
                label={trans.__('Running jobs')}
              />
              {trend.length > 1 && (
                <p>
                  <span>{trans.__('%1 ago', duration(since, trans))}</span>
                  <span>{trans.__('running jobs')}</span>
                  <span>{trans.__('now')}</span>
                </p>
              )}
              {silent.map(([name]) => (
                <p key={name}>{trans.__('%1 does not answer', name)}</p>
              ))}
            </>
          );
        }}
      </UseSignal>
    );
  }
}

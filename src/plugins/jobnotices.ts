import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import { Debouncer } from '@lumino/polling';

import { CommandIDs } from '../commandids';
import { ENDED, shorten } from '../format';
import { IJobDesk } from '../jobdesk';
import type { JobDesk } from '../jobdesk';
import type { IJobNews } from '../jobnews';
import { newsBetween, newsWords, sumWords, tagOf, TOGETHER } from '../jobnews';
import { keyOf } from '../jobstore';
import type { IJob } from '../tokens';
import { IRemoteJobs, IRemoteSettings } from '../tokens';

/** Lab shows no more of a message. */
const LENGTH = 140;

/** What happens within this time is told together, in ms. */
const CYCLE = 1_000;

/** Tells when jobs start, end or fail. */
export const jobnotices: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:job-notices',
  description: 'Notifies when jobs start, end or fail.',
  autoStart: true,
  requires: [IRemoteJobs, IJobDesk, IRemoteSettings, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    jobs: IRemoteJobs,
    desk: JobDesk,
    settings: IRemoteSettings,
    translator: ITranslator
  ): void => {
    const trans = translator.load('jupyter_remote');
    const notices = new Notices(app, trans);
    const told = (job: IJob) =>
      settings.jobNotifications === 'mine' ||
      (settings.jobNotifications === 'marked' && desk.isMarked(keyOf(job)));
    const waits = () =>
      jobs.all.some(job => !ENDED.has(job.state) && told(job));
    desk.look.add(() => (waits() ? 'numbers' : 'away'), true);
    const since = Date.now();
    let before: ReadonlyMap<string, IJob> | null = null;
    jobs.changed.connect(() => {
      if (jobs.freshness === 'loading') {
        return;
      }
      const after = new Map(jobs.all.map(job => [keyOf(job), job]));
      const news = before
        ? newsBetween(before, after, since, jobs.backends)
        : [];
      before = after;
      notices.add(
        news.filter(
          ({ kind, job }) =>
            told(job) && (kind === 'started' || !desk.cancelled.has(keyOf(job)))
        )
      );
    });
  }
};

/** Collects what happens together, and tells it. */
class Notices {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _trans: TranslationBundle
  ) {
    this._debouncer = new Debouncer(() => {
      this._tell();
    }, CYCLE);
  }

  add(news: readonly IJobNews[]): void {
    if (news.length > 0) {
      this._news.push(...news);
      void this._debouncer.invoke();
    }
  }

  private _tell(): void {
    const news = this._news.splice(0);
    if (news.length < TOGETHER) {
      news.forEach(each => {
        this._show(newsWords(each, this._trans), [each], keyOf(each.job));
      });
      return;
    }
    this._show(sumWords(news, this._trans), news, '');
  }

  /** In Lab, and in the browser when Lab is behind other tabs and may. */
  private _show(message: string, news: readonly IJobNews[], job: string): void {
    const failed = news.some(({ kind }) => kind === 'failed');
    const { commands } = this._app;
    const action = (label: string, command: string) => ({
      label,
      callback: () => void commands.execute(command, job ? { job } : {})
    });
    const { _trans: trans } = this;
    const actions = job
      ? [
          action(trans.__('Show Log'), CommandIDs.showJobLog),
          action(trans.__('Details'), CommandIDs.openJob)
        ]
      : [action(trans.__('Show Jobs'), CommandIDs.showJobs)];
    const tell = failed ? Notification.error : Notification.info;
    tell(shorten(message, LENGTH), {
      autoClose: failed ? false : 6_000,
      actions
    });
    this._background(message, tagOf(news), () => {
      void commands.execute(
        job ? CommandIDs.openJob : CommandIDs.showJobs,
        job ? { job } : {}
      );
    });
  }

  /** Two pages of Lab with the same `tag` make one notice. */
  private _background(message: string, tag: string, open: () => void): void {
    const may =
      'Notification' in window &&
      window.Notification.permission === 'granted' &&
      document.visibilityState === 'hidden';
    if (may) {
      const notice = new window.Notification(message, { tag });
      notice.onclick = () => {
        window.focus();
        notice.close();
        open();
      };
    }
  }

  private readonly _debouncer: Debouncer;
  private readonly _news: IJobNews[] = [];
}

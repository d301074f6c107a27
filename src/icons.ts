import { consoleIcon, LabIcon, tabIcon } from '@jupyterlab/ui-components';

import columnsSvg from '../style/icons/columns.svg';
import desktopSvg from '../style/icons/desktop.svg';
import doneSvg from '../style/icons/done.svg';
import everestSvg from '../style/icons/everest.svg';
import extendSvg from '../style/icons/extend.svg';
import failedSvg from '../style/icons/failed.svg';
import fullscreenSvg from '../style/icons/fullscreen.svg';
import heldSvg from '../style/icons/held.svg';
import importSvg from '../style/icons/import.svg';
import jobsSvg from '../style/icons/jobs.svg';
import lostSvg from '../style/icons/lost.svg';
import movingSvg from '../style/icons/moving.svg';
import programSvg from '../style/icons/program.svg';
import qrSvg from '../style/icons/qr.svg';
import remoteSvg from '../style/icons/remote.svg';
import runningSvg from '../style/icons/running.svg';
import screenshotSvg from '../style/icons/screenshot.svg';
import shareSvg from '../style/icons/share.svg';
import starSvg from '../style/icons/star.svg';
import starredSvg from '../style/icons/starred.svg';
import stoppedSvg from '../style/icons/stopped.svg';
import submitSvg from '../style/icons/submit.svg';
import { isDone, isHeld } from './jobview';
import type { IAppInfo, IJob, State } from './tokens';

function icon(name: string, svgstr: string): LabIcon {
  return new LabIcon({ name: `jupyter-remote:${name}`, svgstr });
}

/** Icons of our own. */
export const desktopIcon = icon('desktop', desktopSvg);
export const programIcon = icon('program', programSvg);
export const jobsIcon = icon('jobs', jobsSvg);
export const heldIcon = icon('held', heldSvg);
export const starIcon = icon('star', starSvg);
export const starredIcon = icon('starred', starredSvg);
export const columnsIcon = icon('columns', columnsSvg);
export const remoteIcon = icon('remote', remoteSvg);
export const fullscreenIcon = icon('fullscreen', fullscreenSvg);
export const screenshotIcon = icon('screenshot', screenshotSvg);
export const shareIcon = icon('share', shareSvg);
export const qrIcon = icon('qr', qrSvg);
export const importIcon = icon('import', importSvg);
export const extendIcon = icon('extend', extendSvg);
export const everestIcon = icon('everest', everestSvg);
export const submitIcon = icon('submit', submitSvg);
/** Something that was asked for is done. */
export const doneIcon = icon('done', doneSvg);

const movingIcon = icon('moving', movingSvg);
const runningStateIcon = icon('running', runningSvg);
const stoppedIcon = icon('stopped', stoppedSvg);
const failedIcon = icon('failed', failedSvg);
const lostIcon = icon('lost', lostSvg);

const STATE_ICONS: Readonly<Record<State, LabIcon>> = {
  submitting: movingIcon,
  queued: movingIcon,
  starting: movingIcon,
  running: runningStateIcon,
  stopping: movingIcon,
  stopped: stoppedIcon,
  failed: failedIcon,
  lost: lostIcon
};

/** The shape that stands beside a state's word. */
export function stateIcon(state: State): LabIcon {
  return STATE_ICONS[state];
}

/** The shape beside the word for a job's state. */
export function jobIcon(job: IJob): LabIcon {
  if (isHeld(job)) {
    return heldIcon;
  }
  return isDone(job) ? doneIcon : stateIcon(job.state);
}

const OWN: Readonly<Record<string, LabIcon>> = {
  desktop: desktopIcon,
  program: programIcon,
  command: consoleIcon
};

const foreign = new Map<string, LabIcon>();

/**
 * The icon of an app. Foreign drawings are shown as an image, in which
 * scripts do not run.
 */
export function appIcon(name: string, app: IAppInfo | undefined): LabIcon {
  const own = OWN[name] ?? foreign.get(name);
  if (own) {
    return own;
  }
  if (!app?.icon) {
    return tabIcon;
  }
  const made = icon(`app-${name}`, imageSvg(app.icon));
  foreign.set(name, made);
  return made;
}

function imageSvg(text: string): string {
  // In base64, because LabIcon decodes percent signs.
  const bytes = new TextEncoder().encode(scalable(text));
  const url = `data:image/svg+xml;base64,${btoa(String.fromCharCode(...bytes))}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
<image width="16" height="16" href="${url}"/></svg>`;
}

/** With a view box, without which a drawing keeps its size. */
function scalable(text: string): string {
  const width = /<svg[^>]*\swidth="([\d.]+)/.exec(text)?.[1];
  const height = /<svg[^>]*\sheight="([\d.]+)/.exec(text)?.[1];
  return width && height && !/<svg[^>]*\sviewBox=/.test(text)
    ? text.replace('<svg', `<svg viewBox="0 0 ${width} ${height}"`)
    : text;
}

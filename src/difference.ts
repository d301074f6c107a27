/** The difference between two notebooks, drawn by nbdime; loaded when somebody asks for it. */
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { Panel, Widget } from '@lumino/widgets';
import type { IDiffEntry } from 'nbdime/lib/diff/diffentries';
import { NotebookDiffModel } from 'nbdime/lib/diff/model';
import { NotebookDiffWidget } from 'nbdime/lib/diff/widget';
import 'nbdime/lib/styles/common.css';
import 'nbdime/lib/styles/diff.css';
import 'nbdime/lib/styles/variables.css';

import { importIcon } from './icons';
import type { IImportContext } from './importactions';
import type { IDifference } from './tokens';

/** Show in a tab what the newest version changes in a copy. */
export function showDifference(
  context: IImportContext,
  { base, diff }: IDifference,
  path: string
): void {
  const { app, editors, rendermime, translator, trans } = context;
  const entries = diff as IDiffEntry[];
  const content = new Panel();
  content.addClass('jp-RemoteDifference');
  content.node.tabIndex = 0;
  content.addWidget(
    note(
      entries.length > 0
        ? trans.__(
            'What the newest version changes in your copy %1: red is in your copy only, green in the newest version only.',
            path
          )
        : trans.__('Your copy %1 is the same as the newest version.', path)
    )
  );
  if (entries.length > 0 && rendermime) {
    const model = new NotebookDiffModel(base as INotebookContent, entries);
    const widget = new NotebookDiffWidget({
      model,
      rendermime,
      translator,
      editorFactory: editors?.factoryService.newInlineEditor
    });
    content.addWidget(widget);
    void widget.init();
  }
  const tab = new MainAreaWidget({ content, translator });
  tab.toolbar.hide();
  tab.title.icon = importIcon;
  tab.title.closable = true;
  tab.title.label = trans.__('Difference: %1', path.replace(/.*\//, ''));
  tab.title.caption = trans.__('What the newest version changes in %1', path);
  app.shell.add(tab, 'main', { type: 'Remote' });
  app.shell.activateById(tab.id);
}

function note(words: string): Widget {
  const node = document.createElement('p');
  node.className = 'jp-RemoteShares-why';
  node.setAttribute('role', 'status');
  node.textContent = words;
  return new Widget({ node });
}

import { CodeEditor } from '@jupyterlab/codeeditor';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import * as React from 'react';

interface IProps {
  readonly services: IEditorServices;
  /** What a screen reader says. */
  readonly label: string;
  readonly text: string;
  /** Another number: `text` replaces what stands there. */
  readonly version?: number;
  /** Without it the text can only be read. */
  readonly onChange?: (text: string) => void;
}

/** Lab's own code editor with a shell script in it. */
export function CodeBox(props: IProps): React.JSX.Element {
  const { services, label, text, version, onChange } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const editor = React.useRef<CodeEditor.IEditor | null>(null);
  const change = React.useRef(onChange);
  change.current = onChange;
  const readOnly = onChange === undefined;
  React.useEffect(() => {
    const made = makeEditor(services, host.current, readOnly);
    editor.current = made;
    const { sharedModel } = made.model;
    const listen = () => change.current?.(sharedModel.getSource());
    sharedModel.changed.connect(listen);
    return () => {
      sharedModel.changed.disconnect(listen);
      made.dispose();
      made.model.dispose();
    };
  }, [services, readOnly]);
  React.useEffect(() => {
    const model = editor.current?.model.sharedModel;
    if (model && model.getSource() !== text) {
      model.setSource(text);
    }
    // What is typed comes back as `text` too late to be set.
  }, [services, readOnly, version, readOnly ? text : '']);
  React.useEffect(() => {
    const content = host.current?.querySelector('.cm-content');
    content?.setAttribute('aria-label', label);
  }, [services, readOnly, label]);
  return (
    <div
      ref={host}
      className="jp-RemoteCode"
      data-readonly={readOnly || undefined}
    />
  );
}

function makeEditor(
  services: IEditorServices,
  host: HTMLElement | null,
  readOnly: boolean
): CodeEditor.IEditor {
  const model = new CodeEditor.Model({ mimeType: 'text/x-sh' });
  return services.factoryService.newDocumentEditor({
    host: host ?? document.createElement('div'),
    model,
    config: { readOnly, lineNumbers: true }
  });
}

import { folderIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/** The button beside a path that lets users choose it; `title` says what. */
export function BrowseButton(props: {
  readonly title: string;
  readonly browse: () => void;
}): React.JSX.Element {
  const { title, browse } = props;
  return (
    <button
      type="button"
      className="jp-mod-styled"
      title={title}
      aria-label={title}
      onClick={browse}
    >
      <folderIcon.react tag="span" width="16px" aria-hidden="true" />
    </button>
  );
}

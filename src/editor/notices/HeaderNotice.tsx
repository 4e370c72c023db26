import { Popover } from '@mantine/core';
import type { ReactNode } from 'react';

/**
 * Something about this page that a person should know, as a button in the head that says more. It
 * stands where nothing moves when it appears: a page that shifts loses clicks.
 */
export function HeaderNotice(props: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <Popover width={320} position="bottom-end" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className="head-notice" aria-label={props.label}>
          {props.icon}
          <span className="head-label">{props.label}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className="head-notice-says">{props.children}</p>
      </Popover.Dropdown>
    </Popover>
  );
}

import { notifications } from '@mantine/notifications';
import type { EngineLoss } from '../engine-life';

/** Says that the engine has ended, what that means for the person, and what to do. One at a time. */
export function sayEngineLost({ because, isReplaced }: EngineLoss): void {
  const id = 'engine-lost';
  // Shown again under the same id it would keep the earlier text.
  notifications.hide(id);
  notifications.show({
    id,
    color: isReplaced ? 'yellow' : 'red',
    title: isReplaced ? 'The engine stopped, and a fresh one is running' : 'The engine stopped',
    autoClose: false,
    message: isReplaced
      ? `${because} The recipe is untouched, and its images are opened again. Results that are not on the screen are gone: press Run to have them again.`
      : `${because} Several in a row have stopped, so that none is running now. The recipe is untouched. Check the connection, save the recipe and reload the page; Run tries once more.`,
  });
}

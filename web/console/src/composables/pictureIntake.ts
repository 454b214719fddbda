/** Files that are pasted into, or dropped onto, a part of the page. */
import { onMounted, onUnmounted, readonly, ref, type Ref, type ShallowRef } from 'vue';
import { pastedFiles } from '../lib/files';

/** `dropping`: something hovers over it that would be taken. */
export function usePictureIntake(
  root: Readonly<ShallowRef<HTMLElement | null>>,
  take: (files: readonly File[]) => void,
): { dropping: Readonly<Ref<boolean>> } {
  const dropping = ref(false);

  function onPaste(event: ClipboardEvent): void {
    const files = pastedFiles(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  }

  function onDragover(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    dropping.value = true;
  }

  function onDragleave(event: DragEvent): void {
    if (event.target === root.value) dropping.value = false;
  }

  function onDrop(event: DragEvent): void {
    dropping.value = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  }

  const listeners: [string, (event: never) => void][] = [
    ['paste', onPaste],
    ['dragover', onDragover],
    ['dragleave', onDragleave],
    ['drop', onDrop],
  ];
  const each = (act: (element: HTMLElement, name: string, listener: EventListener) => void): void => {
    const element = root.value;
    if (element) for (const [name, listener] of listeners) act(element, name, listener as EventListener);
  };
  onMounted(() => each((element, name, listener) => element.addEventListener(name, listener)));
  onUnmounted(() => each((element, name, listener) => element.removeEventListener(name, listener)));
  return { dropping: readonly(dropping) };
}

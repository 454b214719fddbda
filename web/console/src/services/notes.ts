/** Desktop notifications, one a tag: a newer one takes the place of the older, and what is over is taken back. */

export interface NoteText {
  title: string;
  body: string;
  /** Without a sound of its own. */
  silent: boolean;
}

export class Notes {
  private readonly shown = new Map<string, Notification>();

  get permission(): NotificationPermission {
    return 'Notification' in globalThis ? Notification.permission : 'denied';
  }

  /** To be called from a gesture: browsers refuse a page that asks by itself. */
  async ask(): Promise<NotificationPermission> {
    return 'Notification' in globalThis ? Notification.requestPermission() : 'denied';
  }

  show(tag: string, { title, body, silent }: NoteText, onClick: () => void): void {
    if (this.permission !== 'granted') return;
    // Without `renotify` what takes an older one's place comes without a sign. The DOM's types lack it.
    const options: NotificationOptions & { renotify: boolean } = { body, tag, silent, renotify: !silent };
    const note = made(title, options);
    if (!note) return;
    note.onclick = () => {
      window.focus();
      this.close(tag);
      onClick();
    };
    this.shown.set(tag, note);
  }

  close(tag: string): void {
    this.shown.get(tag)?.close();
    this.shown.delete(tag);
  }

  closeAll(): void {
    for (const tag of [...this.shown.keys()]) this.close(tag);
  }
}

/** Null where the browser grants them and yet makes none from a page, as Chrome on Android does. */
function made(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}

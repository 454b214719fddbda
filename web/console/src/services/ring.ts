/** The bell, made of two sine tones. A browser lets a page make sound only after the person has touched it. */
export class Bell {
  private context: AudioContext | null = null;

  get unlocked(): boolean {
    return this.context?.state === 'running';
  }

  /** To be called from a click or key press. */
  async unlock(): Promise<void> {
    try {
      this.context ??= new AudioContext();
      if (this.context.state !== 'running') await this.context.resume();
    } catch {
      // No sound device: the title, the colours and the notification still call.
    }
  }

  chime(urgent: boolean): void {
    if (!this.context || !this.unlocked) return;
    const start = this.context.currentTime + 0.02;
    const tones = urgent ? [988, 784, 988] : [784, 659];
    tones.forEach((frequency, index) => this.tone(frequency, start + index * 0.18));
  }

  private tone(frequency: number, start: number): void {
    if (!this.context) return;
    const oscillator = this.context.createOscillator();
    const gain = this.context.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.16, start + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.42);
    oscillator.connect(gain).connect(this.context.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.45);
  }
}

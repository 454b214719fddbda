// Calls made before the widget has loaded wait in this array; the widget replays them.
window.bangban = window.bangban || [];

for (const button of document.querySelectorAll('[data-open-widget]')) {
  button.addEventListener('click', () => window.bangban.push(['open']));
}

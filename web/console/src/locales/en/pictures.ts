import type { Messages } from '../zh';

/** Texts of pictures in the reply box. */
export const pictures: Messages['pictures'] = {
  add: 'Picture',
  hint: 'Or paste or drop one',
  drop: 'Drop to add the picture',
  chosen: 'Pictures to be sent',
  remove: (name) => `Do not send ${name}`,
  sending: 'Being sent',
  type: 'Only JPEG, PNG and GIF pictures can be sent.',
  size: 'A picture may not exceed 10 MB.',
  failed: (why) => `Not sent: ${why}`,
  shown: 'Picture',
};

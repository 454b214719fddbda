/** Texts of pictures in the reply box. */
export const pictures = {
  add: '图片',
  hint: '也可以粘贴或拖进来',
  drop: '松开即可添加图片',
  chosen: '要发的图片',
  remove: (name: string): string => `不发 ${name}`,
  sending: '发送中',
  type: '只能发 JPEG、PNG、GIF 图片。',
  size: '图片不能超过 10 MB。',
  failed: (why: string): string => `没有发出：${why}`,
  shown: '图片',
};

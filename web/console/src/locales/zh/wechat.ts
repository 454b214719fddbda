/** Texts of what only WeChat has: how much may still be sent, and what did not arrive. */
export const wechat = {
  remaining: (left: number, limit: number): string => `微信可发 剩余 ${left}/${limit}`,
  until: (at: string): string => `窗口至 ${at}`,
  event: (left: number, limit: number): string => `访客刚有操作，一分钟内另可发 ${left}/${limit}`,
  closed: '窗口已关闭，访客再发消息后才能发送',
  undelivered: (count: number): string => `未送达 ${count} 条`,
  delivery: { pending: '发送中', undelivered: '未送达' },
  open: { image: '查看图片', voice: '下载语音', video: '下载视频' } as Record<string, string | undefined>,
};
